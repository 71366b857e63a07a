"""The states of the pages of whoever acts in a person's place, and of the banner above any other page."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from gatepass.gate.pages.acting import Acting
from web.gallery.account import PERSON, SESSIONS
from web.gallery.hosted import ANA
from web.gallery.state import State
from web.gallery.states import LONG_ASKED, SKY

_UNTIL = datetime(2025, 11, 23, 11, 12, tzinfo=UTC)
_ACTING = Acting("Olga Operator", str(ANA["address"]), _UNTIL, "/sample/posted", "sample-token")
_LONG = Acting(
    "Donaudampfschifffahrtsgesellschaft Kundendienst", str(LONG_ASKED["address"]), _UNTIL, "/sample/posted", "t"
)
_BEGIN: dict[str, Any] = {
    "app": SKY,
    "hidden": {"csrf_token": "sample-token", "handle": "sample-handle"},
    "action": "/sample/posted",
    "account": ANA,
    "application": "Skyline",
    "reason": "Ticket 4711: the basket stays empty",
    "until": _UNTIL,
}
_RUNNING: dict[str, Any] = {
    "app": SKY, "application": "Skyline", "home_url": "/sample/home", "account_url": "/sample/account",
    "acting": _ACTING,
}  # fmt: skip
_HERE, *_ELSEWHERE = cast("list[dict[str, Any]]", SESSIONS)
_ACTED = [_HERE | {"acted_by": "Olga Operator"}, *_ELSEWHERE]
_SPEAKING = (
    State("impersonation-begin", "impersonation/begin.html", _BEGIN),
    State("impersonation-account", "account/sessions.html",
          PERSON | {"sessions": _ACTED, "everywhere_action": "/sample/posted", "acting": _ACTING}),
)  # fmt: skip

IMPERSONATION: tuple[State, ...] = (
    *_SPEAKING,
    *(replace(state, name=f"{state.name}-{tag}", language=tag) for tag in ("ar", "de", "ja") for state in _SPEAKING),
    State("impersonation-running", "impersonation/running.html", _RUNNING),
    State("impersonation-running-long", "impersonation/running.html", _RUNNING | {"home_url": None, "acting": _LONG}),
    State("impersonation-over", "impersonation/over.html", {"app": SKY}),
    State("impersonation-signed-out", "hosted/signed_out.html",
          {"app": None, "sign_in_url": "/sample/sign-in", "acting": _ACTING}),
)  # fmt: skip
IMPERSONATION_MAILS: tuple[State, ...] = (
    State("impersonation", "impersonation", {
        "subject": "Somebody from Skyline looks at your account", "app_name": "Skyline", "who": "Olga Operator",
        "reason": "Ticket 4711: the basket stays empty", "at": "10:42 UTC, 23 November",
        "until": "10:57 UTC, 23 November", "address": ANA["address"],
    }),
)  # fmt: skip
