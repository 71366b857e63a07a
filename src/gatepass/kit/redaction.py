"""What must never be read in a log, and how it is cut out.

Two nets lie behind each other: a value under a telling name is replaced whole, and from every text whatever looks like
a secret is cut: queries of URLs, tokens by their shape, and values that stand beside a telling name. It cuts too much
rather than too little.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

REDACTED: Final = "[redacted]"

_NAMES: Final = (
    r"tokens?|secrets?|passw(?:or)?ds?|passphrase|otp|codes?|magic_?(?:text|link|code)|links?|state|nonce|verifier|pin"
    r"|authorization|cookies?|credentials?|assertion|challenge|signature|api_?key|private_?key|seed|jwt|dsn"
    r"|saml_?(?:request|response)|relay_?state|session_?(?:id|handle)|refresh|body|query(?:_?string)?"
)
_ENDINGS: Final = r"(?:_?(?:hash|hashes|value|text|header|url))?"
_TELLING_KEY: Final = re.compile(rf"(?:^|[_.\-\s]|(?<=[a-z]))(?:{_NAMES}){_ENDINGS}(?:$|[_.\-\s])", re.IGNORECASE)
_HARMLESS_KEY: Final = re.compile(
    r"(?:status|error|exit|country|reason|response)_?code|code_?challenge_?method"
    r"|(?:token|code|link|secret|state|session|cookie|assertion)s?_(?:type|count|kind|lifetime|name|length)",
    re.IGNORECASE,
)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_NOT_YET: Final = r"(?!\[redacted\])"
_VALUE: Final = r"(?:b?\"[^\"]*\"|b?'[^']*'|[^\s,;&)}\]\"']+)"
# Each is linear in the text, or nearly: every repetition is bounded or begins where no other can.
_CUTS: Final = (
    # whole lines and passwords in addresses
    (
        rf"(?P<name>(?:authorization|cookie|passw(?:or)?d|passphrase)[\"']?\s{{0,4}}[=:]\s{{0,4}}){_NOT_YET}[^\n]+",
        r"\g<name>",
    ),
    (r"(?<=://)[^\s/@\"'<>]{1,512}(?=@)", ""),
    # what follows the path of a URL or of a request
    (r"(?P<name>(?<=[\w/.~%:\]-])[?#])[^\s\"'<>]+", r"\g<name>"),
    # tokens by their shape
    (r"(?P<name>\b(?:Bearer|Basic|DPoP)\s+)[^\s\"',]+", r"\g<name>"),
    (r"\beyJ[\w-]*(?:\.[\w-]*)+", ""),
    (r"\b(?:gp[a-z]{1,3}|whsec)_[\w-]{8,}", ""),
    # values beside a telling name: name=value, name: value, (name)=(value), code 123456, token abc123…
    (
        rf"(?P<name>(?<![a-z_-])[a-z_-]{{0,48}}(?:{_NAMES}){_ENDINGS}[\"']?\)?\s{{0,4}}[=:]\s{{0,4}}\(?){_NOT_YET}"
        + _VALUE,
        r"\g<name>",
    ),
    (r"(?P<name>\b(?:codes?|otp|pin)\b[^0-9\n]{0,12}\b)[0-9](?:[ -]?[0-9]){3,9}\b", r"\g<name>"),
    (rf"(?P<name>\b(?:{_NAMES})\s{{1,4}}[\"']?)(?=[\w.-]*[0-9])[\w.-]{{12,}}", r"\g<name>"),
    # What is this long and looks drawn by lot is taken for a token: hexadecimal, or of all three kinds of characters.
    (r"(?<![\w-])(?:(?-i:[0-9a-f]{32,})|(?-i:[0-9A-F]{32,}))(?![\w-])", ""),
    (r"(?<![\w-])(?=[\w-]*[0-9])(?=[\w-]*(?-i:[a-z]))(?=[\w-]*(?-i:[A-Z]))[\w-]{32,}=*", ""),
)
_COMPILED: Final = tuple((re.compile(pattern, re.IGNORECASE), kept + REDACTED) for pattern, kept in _CUTS)
_SHORT: Final = 32
_DEEPEST: Final = 6
_LONGEST: Final = 16_384


def cut_secrets(text: str) -> str:
    """Cut out of a text what looks like a secret; of a very long text the middle, too."""
    if len(text) > _LONGEST:
        text = _shortened(text)
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text


def _shortened(text: str) -> str:
    # Both parts consist of whole words, because half a secret is not recognised as one.
    half = _LONGEST // 2
    start, end = text[:half].rsplit(maxsplit=1), text[-half:].split(maxsplit=1)
    return f"{start[0] if len(start) > 1 else ''} […] {end[1] if len(end) > 1 else ''}"


def escape_control(text: str) -> str:
    """Escape control characters, line ends included, and those that turn the direction of writing."""
    return _CONTROL.sub(_escaped, text)


def scrub(text: str) -> str:
    """Cut out of a text what looks like a secret, and escape its control characters."""
    if len(text) < _SHORT and text.isalnum():
        return text  # a word or an entity id: no cut matches it
    return escape_control(cut_secrets(text))


scrub_often = lru_cache(maxsize=512)(scrub)
"""`scrub` for texts that are mostly the same ones: the sentences that our own code logs."""


def redact_value(key: str, value: Any, depth: int = 0) -> Any:
    """Return what may be written of a value that is logged under a key."""
    if value is None or isinstance(value, bool):
        return value
    if is_telling(key) or depth > _DEEPEST:
        return REDACTED
    if isinstance(value, Mapping):
        return {scrub(str(k)): redact_value(str(k), v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value("", item, depth + 1) for item in value]
    return value if isinstance(value, int | float) else _redact_text(value)


def _redact_text(value: Any) -> str:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, BaseException):
        return scrub(f"{type(value).__name__}: {value}")
    return scrub(repr(value))


@lru_cache(maxsize=1024)
def is_telling(key: str) -> bool:
    """Say whether a key announces a secret."""
    return _TELLING_KEY.search(key) is not None and _HARMLESS_KEY.fullmatch(key) is None


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()
