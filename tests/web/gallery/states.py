"""The states of every page, and the sample data that they are shown with."""

from dataclasses import replace
from typing import Any

from web.gallery.state import State

__all__ = ["CODE_MAILS", "MAILS", "STATES", "State"]

SKY = {"name": "Skyline Notes", "logo_url": None}
WITH_LOGO = {"name": "Northwind", "logo_url": "/sample/logo.svg"}
LONG_NAME = {"name": "Donaudampfschifffahrtsgesellschaft Personalverwaltung", "logo_url": None}
ASKED = {
    "address": "ana.oliveira@example.com",
    "device": "Chrome on macOS",
    "place": "Berlin, Germany",
    "network": "203.0.113.7",
    "at": "10:42 UTC, 23 November",
    "ago": "2 minutes ago",
}
LONG_ASKED = ASKED | {
    "address": "a.very.long.address.that.somebody.really.has@department.of.a.large.company.example.com",
    "place": None,
    "network": "2001:db8:85a3:8d3::/64",
}
HIDDEN = {"client_id": "test-client", "state": "6566f1d0c2a4b8e7f9013d55", "magictext": "sample-magic-text"}
FORM = {
    "action": "/sample/posted",
    "decline_action": "/sample/posted",
    "hidden": HIDDEN,
}
TRACE = "01hf9x3k7m2q"
CLIENT_ID = "demo-6566f1d0c2a4b8e7f9013d55.apps.gatepass"
ISSUER = "http://127.0.0.1:8000"
CURL = (
    f"curl -X POST '{ISSUER}/api/v1/auth/passwordless/magic-link/send?client_id={CLIENT_ID}' \\\n"
    "  -H 'content-type: application/json' \\\n"
    """  -d '{"email": "ana@example.com"}'"""
)
MESSAGES: list[dict[str, Any]] = [
    {"id": "6566f1d0c2a4b8e7f9013d57", "to": "ana.oliveira@example.com", "subject": "Sign in to Skyline Notes",
     "at": "23 November 2025, 10:42:07 UTC", "ago": "12 seconds ago"},
    {"id": "6566f1d0c2a4b8e7f9013d56", "to": "kofi@example.org", "subject": "Sign in to Skyline Notes",
     "at": "23 November 2025, 10:40:51 UTC", "ago": "1 minute ago"},
    {"id": "6566f1d0c2a4b8e7f9013d55", "to": LONG_ASKED["address"], "subject": f"Sign in to {LONG_NAME['name']}",
     "at": "23 November 2025, 09:12:30 UTC", "ago": "1 hour ago"},
]  # fmt: skip
LINK = f"{ISSUER}/magic-link?client_id={CLIENT_ID}&state=6566f1d0c2a4b8e7f9013d58&magictext=Zk3v9Qm1Tt0bXw7RpLq2"
MESSAGE: dict[str, Any] = {
    **MESSAGES[0],
    "from_": "Skyline Notes <sign-in@skyline.example>",
    "text": f"Sign in to Skyline Notes\n\nOpen this link to sign in as ana.oliveira@example.com:\n\n{LINK}\n\n"
    "Or type this code on the screen where you asked for it:\n\n    482 915\n",
    "links": [LINK],
    "code": "482915",
    "headers": [
        ("Message-ID", "<6566f1d0c2a4b8e7f9013d57@skyline.example>"),
        ("Date", "Sun, 23 Nov 2025 10:42:07 +0000"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", 'multipart/alternative; boundary="=_b1f2"'),
    ],
}
MAIL = {
    "subject": "Sign in to Skyline Notes",
    "app_name": "Skyline Notes",
    "logo_url": None,
    "accent": "#4f46e5",
    "on_accent": "#ffffff",
    "link": LINK,
    "code": "482915",
    "minutes": 5,
    "device": ASKED["device"],
    "place": ASKED["place"],
    "network": ASKED["network"],
    "at": ASKED["at"],
    "address": ASKED["address"],
}
TEXTS = [
    {
        "id": "6566f1d0c2a4b8e7f9013d5a",
        "to": "+4915112345678",
        "text": "482915 is your code for Skyline Notes. It works for 5 min. Give it to nobody.\n\n@localhost #482915",
        "code": "482915",
        "at": "10:42:07 UTC, 23 November",
        "ago": "just now",
    },
    {
        "id": "6566f1d0c2a4b8e7f9013d59",
        "to": "+12025550123",
        "text": "0713 ist dein Code.\n\n@localhost #0713",
        "code": "0713",
        "at": "10:40:00 UTC, 23 November",
        "ago": "2 min ago",
    },
]
SERVER = {
    "version": "0.1.0",
    "issuer": ISSUER,
    "docs": "/docs",
    "openapi": "/openapi.json",
    "mailbox": "/dev/mail",
    "health": "/healthz",
    "jwks": "/.well-known/jwks.json",
    "discovery": "/.well-known/openid-configuration",
    "try_hosted": "/dev/sign-in",
}


def _landing(name: str, view: str, **given: Any) -> State:
    context = {"app": SKY, "branding_stylesheet": None, "view": view} | given
    return State(f"landing-{name}", "magic_link/landing.html", context, completes_itself=view == "here")


def _asking(name: str, view: str, **given: Any) -> State:
    context = FORM | {"asked": ASKED, "match_wanted": False, "error": None, "attempts_left": 5} | given
    return _landing(name, view, **context)


WRONG_NUMBER = "That is not the number that your sign-in screen shows."
WRONG_CODE = "That is not the code from this e-mail."

STATES = (
    _asking("here", "here"),
    _asking("nearby", "nearby"),
    _asking("nearby-branded", "nearby", app=WITH_LOGO, branding_stylesheet="/sample/branding.css"),
    _asking("nearby-long", "nearby", app=LONG_NAME, asked=LONG_ASKED),
    replace(_asking("nearby-right-to-left", "nearby"), language="ar"),
    replace(_asking("match-german", "elsewhere", match_wanted=True), language="de"),
    replace(_landing("expired-japanese", "expired"), language="ja"),
    _asking("match-for-a-stranger", "elsewhere", match_wanted=True, asked_by="Planner"),
    _asking("match", "elsewhere", match_wanted=True),
    _asking("match-wrong", "elsewhere", match_wanted=True, error=WRONG_NUMBER, attempts_left=1),
    _asking("match-wrong-code", "elsewhere", match_wanted=True, error=WRONG_CODE, error_on="code", attempts_left=3),
    _asking("code", "elsewhere"),
    _asking("code-wrong", "elsewhere", error=WRONG_CODE, attempts_left=4),
    _landing("verified", "verified"),
    _landing("verified-branded", "verified", app=WITH_LOGO, branding_stylesheet="/sample/branding.css"),
    _landing("already-used", "already_used"),
    _landing("expired", "expired"),
    _landing("ended", "ended"),
    _landing("declined", "declined"),
    _landing("sign-up-closed", "sign_up_closed"),
    _landing("user-inactive", "user_inactive"),
    _landing("unknown", "unknown", app=None),
    _landing("unavailable", "unavailable", trace_id=TRACE),
    State("api-verified", "magic_link/verified.html", {"app": SKY}),
    State("error-not-found", "error.html", {
        "status": 404, "title": "There is no page here", "trace_id": None,
        "what_to_do": "Look at the address once more, or go back to where you came from.",
    }),
    State("error-internal", "error.html", {
        "status": 500, "title": "Something went wrong on our side", "trace_id": TRACE, "app": SKY,
        "what_to_do": "Nothing was changed. Try again in a moment.",
    }),
    State("home", "home.html", {"server": SERVER, "app": {"name": "Demo", "client_id": CLIENT_ID}, "curl": CURL}),
    State("try-hosted", "dev/hosted.html", {"step": "finish", "client_id": CLIENT_ID, "home": "/"}),
    State("mailbox", "dev/mailbox.html", {"messages": MESSAGES, "curl": CURL}),
    State("mailbox-empty", "dev/mailbox.html", {"messages": [], "curl": CURL}),
    State("sms", "dev/sms.html", {"messages": TEXTS, "curl": CURL}),
    State("sms-empty", "dev/sms.html", {"messages": [], "curl": CURL}),
    State("message", "dev/message.html", {"message": MESSAGE}),
    State("message-without-code", "dev/message.html", {"message": MESSAGE | {"code": None, "links": []}}),
    State("docs", "docs.html", {"openapi": "/openapi.json", "is_development": True}),
)  # fmt: skip

MAILS = (
    State("mail-sign-in", "sign_in", MAIL),
    State("mail-sign-in-branded", "sign_in", MAIL | {
        "app_name": "Northwind", "logo_url": "https://northwind.example/logo.png", "accent": "#0f766e",
        "place": None, "minutes": 1,
    }),
)  # fmt: skip

_CODE_MAIL = {name: value for name, value in MAIL.items() if name != "link"} | {
    "subject": "Your code for Skyline Notes", "host": "id.skyline.example",
}  # fmt: skip
CODE_MAILS = (
    State("mail-sign-in-code", "sign_in_code", _CODE_MAIL),
    State("mail-sign-in-code-long", "sign_in_code", _CODE_MAIL | {
        "code": "48291507", "subject": "48291507 is your code for Northwind", "app_name": "Northwind",
        "logo_url": "https://northwind.example/logo.png", "accent": "#0f766e", "place": None, "minutes": 1,
        "asked_by": "Planner",
    }),
)  # fmt: skip
