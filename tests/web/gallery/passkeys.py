"""The states of the pages on which passkeys are used, offered and looked after."""

import json
from datetime import UTC, datetime
from typing import Any

from web.gallery.account import PERSON
from web.gallery.hosted import ANA, FORM, LONG
from web.gallery.state import State

_AT = datetime(2025, 11, 23, 10, 42, 7, tzinfo=UTC)
_FORM = {"action": "/sample/posted", "options_url": "/sample/posted"}
_OFFER = FORM | {"account": ANA, "options_url": "/sample/posted", "later_action": "/sample/posted"}
_SIGNAL = json.dumps({"rpId": "localhost", "userId": "YQ", "accepted": ["YQ"], "name": "ana", "displayName": "Ana"})
_FAILED = "That passkey could not be added; it may be on the account already. You can go on without."


def _row(number: int, name: str | None) -> dict[str, Any]:
    used = _AT if number % 2 else None
    return {"id": str(number), "name": name, "target": None, "since": _AT, "last_used_at": used, "manage_url": "/x"}


def _section(*rows: dict[str, Any]) -> State:
    name = "security-passkeys" if rows else "security-passkeys-none"
    section = {"template": "account/security/passkeys.html", "rows": list(rows), "can_add": True, "signals": [_SIGNAL]}
    return State(name, "account/security.html", PERSON | {"sections": [section | _FORM]})


PASSKEYS: tuple[State, ...] = (
    State("sign-in-passkey", "hosted/sign_in.html", FORM | {"passkey": _FORM}),
    State("sign-in-passkey-ways", "hosted/sign_in.html", FORM | {
        "passkey": _FORM, "methods": [{"key": "sms_code", "label": "Use your phone", "action": "/sample/phone"}],
        "notice": {"kind": "warning", "text": "This passkey could not be checked. Try again, or sign in another way."},
    }),
    State("passkey-offer", "hosted/passkey_offer.html", _OFFER),
    State("passkey-offer-failed", "hosted/passkey_offer.html", _OFFER | {"account": LONG, "error": _FAILED}),
    State("passkey-offer-ar", "hosted/passkey_offer.html", _OFFER, language="ar"),
    _section(_row(1, "iCloud Keychain"), _row(2, None), _row(3, "Schlüsselbund auf dem alten Rechner im Büro " * 2)),
    _section(),
)  # fmt: skip
