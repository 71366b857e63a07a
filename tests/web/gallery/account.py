"""The states of the account page."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from gatepass.gate.pages.languages import LANGUAGES
from web.gallery.hosted import ANA
from web.gallery.state import State
from web.gallery.states import LONG_ASKED

_AT = datetime(2025, 11, 23, 10, 42, 7, tzinfo=UTC)
_EARLIER = datetime(2025, 11, 2, 8, 5, tzinfo=UTC)
PERSON: dict[str, Any] = {
    "app": None,
    "account": ANA,
    "hidden": {"csrf_token": "sample-token"},
    "action": "/sample/posted",
}
PROFILE = {
    "given_name": "Ana", "family_name": "Oliveira", "locale": "de", "address": ANA["address"], "is_verified": True,
}  # fmt: skip
SESSIONS = [
    {"id": "s1", "device": "Chrome on macOS", "place": "Berlin, Germany", "network": "203.0.113.7",
     "started_at": _EARLIER, "last_seen_at": _AT, "is_current": True},
    {"id": "s2", "device": "Safari on iPhone", "place": None, "network": "2001:db8:85a3:8d3::/64",
     "started_at": _EARLIER, "last_seen_at": _EARLIER, "is_current": False},
    {"id": "s3", "device": None, "place": None, "network": None,
     "started_at": _EARLIER, "last_seen_at": _EARLIER, "is_current": False},
]  # fmt: skip
GRANTS = [
    {"id": "g1", "name": "Planner", "logo_url": None, "domain": "planner.example", "since": _EARLIER,
     "scopes": ["openid", "profile", "email", "offline_access"]},
    {"id": "g2", "name": "Donaudampfschifffahrtsgesellschaft Personalverwaltung", "logo_url": "/sample/logo.svg",
     "since": _AT, "scopes": ["openid", "calendar:read"]},
]  # fmt: skip
_HERE = {"device": "Chrome on macOS", "place": "Berlin, Germany", "network": "203.0.113.7"}
EVENTS = [
    {"what": "Signed in with a link", "kind": "success", "at": _AT} | _HERE,
    {"what": "A wrong code was typed", "kind": "warning", "at": _AT} | _HERE,
    {"what": "Signed out", "kind": "quiet", "at": _EARLIER, "device": None, "place": None, "network": None},
]
NOTICE = {"kind": "success", "text": "Saved."}

_SPEAKING = (
    State("account", "account/overview.html", PERSON | {"profile": PROFILE, "languages": list(LANGUAGES.values())}),
    State("account-sessions", "account/sessions.html",
          PERSON | {"sessions": SESSIONS, "everywhere_action": "/sample/posted"}),
    State("account-history", "account/history.html", PERSON | {"events": EVENTS, "older_url": "/sample/older"}),
)  # fmt: skip

ACCOUNT: tuple[State, ...] = (
    *_SPEAKING,
    *(replace(state, name=f"{state.name}-{tag}", language=tag) for tag in ("ar", "de", "ja") for state in _SPEAKING),
    State("account-wrong", "account/overview.html", PERSON | {
        "profile": PROFILE | {"locale": "", "is_verified": False, "address": LONG_ASKED["address"]},
        "switch_url": "/sample/choose", "languages": list(LANGUAGES.values()),
        "errors": {"given_name": "Use at most 100 letters."},
    }),
    State("account-saved", "account/overview.html",
          PERSON | {"profile": PROFILE, "languages": list(LANGUAGES.values()), "notice": NOTICE}),
    State("account-several", "account/overview.html",
          PERSON | {"profile": PROFILE, "languages": list(LANGUAGES.values()), "switch_url": "/sample/choose"}),
    State("account-sessions-one", "account/sessions.html",
          PERSON | {"sessions": SESSIONS[:1], "everywhere_action": "/sample/posted"}),
    State("account-applications", "account/applications.html", PERSON | {"grants": GRANTS}),
    State("account-applications-none", "account/applications.html", PERSON | {"grants": []}),
    State("account-history-none", "account/history.html", PERSON | {"events": []}),
    State("account-sign-in-again", "account/sign_in_again.html",
          {"app": None, "account": ANA, "sign_in_url": "/sample/sign-in", "back_url": "/sample/back"}),
)  # fmt: skip
