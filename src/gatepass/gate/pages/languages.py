"""The language in which a request is answered, from what it says of its reader."""

from collections.abc import Mapping

from starlette.requests import Request

from gatepass.kit.languages.tags import ENGLISH, LANGUAGES, Language, negotiate, wished
from gatepass.kit.languages.words import DOMAIN, LOCALES, N_, N_counted, Text, catalogue, translated

__all__ = [
    "DOMAIN",
    "ENGLISH",
    "LANGUAGES",
    "LOCALES",
    "N_",
    "Language",
    "N_counted",
    "Text",
    "catalogue",
    "language_of",
    "language_of_call",
    "negotiate",
    "translated",
]


def language_of(request: Request, *, chosen: str = "", default: str = "en") -> Language:
    """Return the language of a page's visitor, from the query's `ui_locales` and the browser's own wish."""
    return negotiate(request.query_params.get("ui_locales"), request.headers.get("accept-language"), chosen, default)


def language_of_call(headers: Mapping[bytes, bytes]) -> str:
    """Return the tag of the language that a call wishes for, for mails that it causes; empty where for none of ours."""
    language = wished(None, headers.get(b"accept-language", b"").decode("latin-1"))
    return "" if language is None else language.tag
