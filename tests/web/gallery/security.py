"""The states of the page of how somebody signs in."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from gatepass.methods.totp.pictures import qr_svg
from web.gallery.account import PERSON
from web.gallery.state import State

_AT = datetime(2025, 11, 23, 10, 42, 7, tzinfo=UTC)
_EARLIER = datetime(2025, 11, 2, 8, 5, tzinfo=UTC)
_URI = "otpauth://totp/Planner:ana.oliveira@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Planner"
_CODES = tuple(f"{digit}k7m-9q{digit}x" for digit in range(10))


def _row(name: str | None, *, last_used_at: datetime | None = None) -> dict[str, Any]:
    return {
        "id": "a1", "name": name, "target": None, "since": _EARLIER, "last_used_at": last_used_at,
        "manage_url": "/sample/manage",
    }  # fmt: skip


def _sections(apps: list[dict[str, Any]], left: int | None) -> list[dict[str, Any]]:
    return [
        {"template": "account/security/authenticator_app.html", "rows": apps, "action": "/sample/posted"},
        {"template": "account/security/backup_codes.html", "rows": [] if left is None else [_row(None)],
         "action": "/sample/posted", "left": left or 0, "are_few": (left or 0) <= 3, "made_at": _AT},
    ]  # fmt: skip


_FULL = _sections([_row("Old phone", last_used_at=_AT), _row(None)], 8)
_SETTING_UP = PERSON | {
    "qr": Markup(qr_svg(_URI)),  # noqa: S704 - our own drawing
    "uri": _URI, "manual_key": "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", "errors": {},
    "back_url": "/sample/back",
}  # fmt: skip
_HELD = PERSON | {
    "row": _row("Old phone", last_used_at=_AT), "word": "Authenticator app", "is_last": False,
    "remove_action": "/sample/removed", "back_url": "/sample/back",
}  # fmt: skip
_SPEAKING = (
    State("account-security", "account/security.html", PERSON | {"sections": _FULL}),
    State("account-security-app", "account/security_authenticator_app.html", _SETTING_UP),
    State("account-security-codes", "account/security_backup_codes.html",
          PERSON | {"codes": _CODES, "file_url": "/sample/codes.txt", "back_url": "/sample/back"}),
)  # fmt: skip

SECURITY: tuple[State, ...] = (
    *_SPEAKING,
    *(replace(state, name=f"{state.name}-{tag}", language=tag) for tag in ("ar", "de") for state in _SPEAKING),
    State("account-security-none", "account/security.html", PERSON | {"sections": _sections([], None)}),
    State("account-security-few", "account/security.html", PERSON | {"sections": _sections([_row(None)], 2)}),
    State("account-security-app-wrong", "account/security_authenticator_app.html",
          _SETTING_UP | {"errors": {"code": "The app shows another code now."}}),
    State("account-security-held", "account/security_held.html", _HELD),
    State("account-security-held-last", "account/security_held.html", _HELD | {"row": _row(None), "is_last": True}),
)  # fmt: skip
