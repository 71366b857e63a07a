"""The states of the hosted pages: signing in, waiting, consent, devices, signing out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from web.gallery.state import State
from web.gallery.states import ASKED, LONG_ASKED, LONG_NAME, SKY, WITH_LOGO

ADDRESS = ASKED["address"]
HIDDEN = {"request": "6566f1d0c2a4b8e7f9013d59", "csrf_token": "sample-token"}
ANA = {"id": "a1", "address": ADDRESS, "name": "Ana Oliveira"}
KOFI = {"id": "a2", "address": "kofi@example.org", "name": None}
LONG = {"id": "a3", "address": LONG_ASKED["address"], "name": None, "is_signed_out": True}
FORM: dict[str, Any] = {"app": SKY, "action": "/sample/posted", "hidden": HIDDEN}
WAITING = FORM | {
    "state": "pending", "address": ADDRESS, "change_url": "/sample/change", "match": "47",
    "events_url": "/sample/events", "continue_url": "/page/continue", "check_url": "/page/check-inbox",
    "code_url": "/page/check-inbox-still", "refresh_seconds": 5, "resend_action": "/sample/posted", "resend_in": 27,
}  # fmt: skip
WAYS = [
    {"key": "passkey", "label": "Use a passkey", "action": "/sample/passkey"},
    {"key": "google", "label": "Continue with Google", "action": "/sample/google"},
]
CLIENT = {
    "name": "Planner", "logo_url": None, "domain": "planner.example", "registered_itself": False,
    "policy_url": "https://planner.example/privacy", "terms_url": "https://planner.example/terms",
}  # fmt: skip
UNKNOWN = CLIENT | {
    "registered_itself": True, "policy_url": None, "terms_url": None, "logo_url": "/sample/logo.svg",
}  # fmt: skip
CONSENT = FORM | {
    "client": CLIENT, "account": ANA, "scopes": ["openid", "profile", "email", "offline_access"],
    "switch_url": "/sample/switch",
}  # fmt: skip
DEVICE = FORM | {
    "view": "confirm", "client": {"name": "Living room TV", "logo_url": None, "domain": "tv.example"},
    "user_code": "WDJB-MJHT", "account": ANA, "switch_url": "/sample/switch", "scopes": ["openid", "profile"],
    "asked": {"device": "Smart TV", "place": "Berlin, Germany", "network": "203.0.113.7",
              "at": datetime(2025, 11, 23, 10, 42, 7, tzinfo=UTC)},
}  # fmt: skip
TEXTS = {
    "heading": "Welcome to Northwind",
    "sub_heading": "Sign in, or create your free account.",
    "button": "Sign in without password",
    "label": "Email",
    "placeholder": "you@northwind.example",
    "footer": "By going on you accept the terms and the privacy policy.",
}
BRANDED = {"app": WITH_LOGO, "branding_stylesheet": "/sample/branding.css"}


def _sign_in(name: str, **given: Any) -> State:
    return State(name, "hosted/sign_in.html", FORM | given)


def _inbox(name: str, **given: Any) -> State:
    return State(name, "hosted/check_inbox.html", WAITING | given)


def _device(name: str, view: str, **given: Any) -> State:
    return State(name, "hosted/device.html", FORM | {"view": view} | given)


PHONE = FORM | {"other_url": "/sample/another", "phone": ""}
TYPING = PHONE | {
    "state": "pending", "address": "+4915112345678", "digits": 6, "change_url": "/sample/change",
    "resend_action": "/sample/posted", "resend_in": 27,
}  # fmt: skip


def _phone_code(name: str, **given: Any) -> State:
    return State(name, "hosted/phone_code.html", TYPING | given)


_SPEAKING = (
    _sign_in("sign-in-ways", methods=WAYS, chooser_url="/sample/choose"),
    _inbox("check-inbox-wrong", error="That is not the code. Look at the newest mail.", tries_left=3),
    State("consent", "hosted/consent.html", CONSENT),
    State("device-confirm", "hosted/device.html", DEVICE),
)
_ELSEWHERE = tuple(
    replace(state, name=f"{state.name}-{tag}", language=tag) for tag in ("ar", "de", "ja") for state in _SPEAKING
)

HOSTED = (
    State("phone", "hosted/phone.html", PHONE),
    State("phone-refused", "hosted/phone.html", PHONE | {
        "phone": "+4930123456",
        "error": "Codes go to mobile phones alone, and that number is none. Type another one, or sign in another way.",
    }),
    _phone_code("phone-code"),
    _phone_code("phone-code-wrong", error="That is not the code. Look at the newest message.", tries_left=3, digits=4),
    _phone_code("phone-code-too-many", state="too_many"),
    _phone_code("phone-code-expired", state="expired"),
    _phone_code("phone-code-closed", state="closed"),
    _sign_in("sign-in"),
    _sign_in("sign-in-error", login_hint="ana.oliveira", error="Type a whole address, like name@example.com."),
    _sign_in("sign-in-again", login_hint=ADDRESS, notice={"kind": "info", "text": "Sign in again to continue."}),
    _sign_in("sign-in-late", notice={"kind": "warning", "text": "That took too long. Please start again."}),
    _sign_in("sign-in-branded", texts=TEXTS, **BRANDED),
    _sign_in("sign-in-third-party", asked_by="Expense reports"),
    _sign_in("sign-in-long", app=LONG_NAME, methods=WAYS, login_hint=LONG_ASKED["address"]),
    _sign_in("sign-in-nobody", app=None),
    _inbox("check-inbox"),
    _inbox("check-inbox-still", refresh_seconds=0, resend_in=0, match=None),
    _inbox("check-inbox-resent", resent=True, address=LONG_ASKED["address"], **BRANDED),
    _inbox("check-inbox-last-try", error="That is not the code. Look at the newest mail.", tries_left=1, match=None),
    _inbox("check-inbox-too-many", state="too_many"),
    _inbox("check-inbox-expired", state="expired"),
    _inbox("check-inbox-ended", state="ended"),
    _inbox("code-alone", has_link=False),
    _inbox("code-alone-wrong", has_link=False, digits=8, tries_left=3, resent=True,
           error="That is not the code. Look at the newest mail."),
    _inbox("code-alone-too-many", has_link=False, state="too_many"),
    _inbox("code-alone-expired", has_link=False, state="expired"),
    State("continue", "hosted/continue.html", {"app": SKY, "url": "/sample/stay"}),
    State("continue-refused", "hosted/continue.html", {"app": SKY, "url": "/sample/stay", "is_refused": True}),
    State("go-back", "hosted/go_back.html",
        {"app": None, "host": "planner.example", "url": "/sample/stay", "fields": None}),
    State("go-back-posted", "hosted/go_back.html",
        {"app": None, "host": "planner.example", "url": "/sample/stay", "fields": {"error": "invalid_request"}}),
    State("form-post", "hosted/form_post.html",
          {"app": SKY, "url": "/sample/posted", "fields": {"code": "c", "state": "s"}}, completes_itself=True),
    State("consent-unknown", "hosted/consent.html", CONSENT | {
        "client": UNKNOWN,
        "account": LONG, "scopes": ["openid", "phone", "address", "calendar:read"], "switch_url": None,
    }),
    State("choose-account", "hosted/choose_account.html",
          FORM | {"accounts": [ANA, KOFI, LONG], "other_url": "/sample/other"}),
    State("choose-account-removed", "hosted/choose_account.html", FORM | {
        "accounts": [ANA], "other_url": "/sample/other",
        "notice": {"kind": "success", "text": "Signed out of that account."},
    }),
    State("choose-account-empty", "hosted/choose_account.html", FORM | {"accounts": [], "other_url": "/sample/other"}),
    _device("device", "enter"),
    _device("device-wrong", "enter", user_code="WDJB-MJH", tries_left=4,
            error="That is not a code we know. Look at the device again."),
    _device("device-approved", "approved"),
    _device("device-denied", "denied"),
    _device("device-expired", "expired", enter_url="/sample/device"),
    State("sign-out", "hosted/sign_out.html", FORM | {"account": ANA, "stay_url": "/sample/stay"}),
    State("sign-out-several", "hosted/sign_out.html",
          FORM | {"account": ANA, "others": [KOFI, LONG], "has_everywhere": True}),
    State("signed-out", "hosted/signed_out.html", {"app": None, "sign_in_url": "/sample/sign-in"}),
    State("signed-out-back", "hosted/signed_out.html",
          {"app": SKY, "return_url": "/sample/back", "sign_in_url": "/sample/sign-in", "still_in": 2}),
    *_SPEAKING,
    *_ELSEWHERE,
)  # fmt: skip
