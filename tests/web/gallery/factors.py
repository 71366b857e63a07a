"""The states of the second step of a sign-in."""

from typing import Any

from markupsafe import Markup

from gatepass.methods.totp.pictures import qr_svg
from web.gallery.hosted import FORM
from web.gallery.state import State

_URI = "otpauth://totp/Planner:ana.oliveira@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Planner"
_NAMES = {"totp": "Authenticator app", "passkey": "Passkey", "sms": "Code by SMS", "email": "Code by e-mail",
          "backup_code": "Backup code"}  # fmt: skip
_WRONG: dict[str, Any] = {"error": "That is not right. Try again, or use another way.", "tries_left": 4}
_SENT: dict[str, Any] = {"oob_code": "a-handle", "target": "…78", "digits": 6}


def _factor(name: str, way: str, language: str = "en", **given: Any) -> State:
    others = [{"label": label, "url": f"/sample/{kind}"} for kind, label in _NAMES.items() if kind != way]
    asked = FORM | {
        "way": way, "others": others, "send_action": "/sample/posted", "options_url": "/sample/posted",
        "remember_days": 30, "start_url": "/sample/start", "digits": 6,
    }  # fmt: skip
    return State(name, "hosted/factor.html", asked | given, language=language)


_ENROLLING = FORM | {
    "qr": Markup(qr_svg(_URI)),  # noqa: S704 - our own drawing
    "uri": _URI, "manual_key": "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", "enrolment": "e1", "skip_action": None,
}  # fmt: skip

FACTORS: tuple[State, ...] = (
    _factor("factor-totp", "totp"),
    _factor("factor-totp-wrong", "totp", **_WRONG),
    _factor("factor-totp-ar", "totp", "ar"),
    _factor("factor-passkey", "passkey"),
    _factor("factor-sms", "sms"),
    _factor("factor-sms-sent", "sms", **_SENT),
    _factor("factor-email-sent", "email", oob_code="a-handle", target="a…@example.com"),
    _factor("factor-backup-code", "backup_code"),
    State("factor-enrol", "hosted/factor_enrol.html", _ENROLLING),
    State("factor-enrol-wrong", "hosted/factor_enrol.html", _ENROLLING | _WRONG),
)  # fmt: skip
