"""The states of the page of an invitation, and its mail."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from web.gallery.hosted import ANA, BRANDED, FORM, KOFI
from web.gallery.state import State
from web.gallery.states import LONG_ASKED, LONG_NAME, SKY

_UNTIL = datetime(2025, 11, 24, 10, 42, tzinfo=UTC)
_PAGE: dict[str, Any] = {
    "app": SKY,
    "organization": "Northwind Traders",
    "logo_url": None,
    "inviter": {"name": "Kofi Mensah", "email": "kofi@northwind.example"},
    "description": "Welcome aboard. Your desk is the one at the window.",
    "invited": "a•••@example.com",
    "until": _UNTIL,
    "action": "/sample/posted",
    "hidden": {"token": "gpv_sample", "csrf_token": "sample-token"},
}
_CONFIRM = FORM | {"login_hint": ANA["address"], "is_own": True, "is_fixed": True}
_NOBODY = {"name": "", "email": ""}


def _view(name: str, view: str, **given: Any) -> State:
    return State(f"invitation-{name}", "invitations/page.html", _PAGE | {"view": view} | given)


_SPEAKING = (
    _view("sign-in", "sign_in"),
    _view("accept", "accept", account=ANA),
    _view("other", "other", account=KOFI),
    _view("joined", "joined", home_url="/sample/home", has_application=True),
)
INVITATIONS: tuple[State, ...] = (
    *_SPEAKING,
    *(replace(state, name=f"{state.name}-{tag}", language=tag) for tag in ("ar", "de", "ja") for state in _SPEAKING),
    State("invitation-confirm", "hosted/sign_in.html", _CONFIRM),
    State(
        "invitation-confirm-wrong",
        "hosted/sign_in.html",
        _CONFIRM
        | {
            "login_hint": LONG_ASKED["address"],
            "error": "That was too often; try again in 12 seconds.",
        },
    ),
    _view("branded", "accept", account=ANA, logo_url="/sample/logo.svg", **BRANDED),
    _view(
        "long",
        "accept",
        account={"address": LONG_ASKED["address"], "name": None},
        organization=LONG_NAME["name"],
        inviter={"name": LONG_ASKED["address"], "email": LONG_ASKED["address"]},
        description="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3,
    ),
    _view("nobody", "sign_in", inviter=_NOBODY, description=None, app=None),
    _view("joined-alone", "joined", home_url="/account", has_application=False),
    _view("expired", "expired"),
    _view("revoked", "revoked", inviter=_NOBODY),
    _view("accepted", "accepted"),
    _view("not-admitted", "not_admitted"),
    _view("unknown", "unknown", organization=None, inviter=None, app=None),
)

_MAIL: dict[str, Any] = {
    "subject": "Kofi Mensah invites you to Northwind Traders",
    "app_name": "Skyline Notes",
    "organization": "Northwind Traders",
    "logo_name": "Northwind Traders",
    "logo_url": None,
    "accent": "#4f46e5",
    "on_accent": "#ffffff",
    "inviter": "Kofi Mensah",
    "inviter_email": "kofi@northwind.example",
    "description": "Welcome aboard. Your desk is the one at the window.",
    "link": "https://auth.example.com/invitation?token=gpv_sample",
    "until": "10:42 UTC on 24 November 2025",
    "address": "ana.oliveira@example.com",
}
INVITATION_MAILS = (
    State("mail-invitation", "invitation", _MAIL),
    State("mail-invitation-plain", "invitation", _MAIL | {
        "inviter": None, "inviter_email": None, "description": None, "accent": "#0f766e",
        "logo_url": "https://northwind.example/logo.png",
    }),
)  # fmt: skip
