"""SHA-crypt, the hashes `$5$` and `$6$` of Unix (Drepper, "Unix crypt using SHA-256 and SHA-512", 2008)."""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Final

_FORM: Final = re.compile(r"\$([56])\$(?:rounds=(\d{1,9})\$)?([^$]{0,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})")
_ALPHABET: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_USUAL_ROUNDS: Final = 5000
_LEAST_ROUNDS: Final = 1000
# The format allows a thousand times as many, which no sign-in could wait for.
_MOST_ROUNDS: Final = 1_000_000
Digest = Callable[[bytes], bytes]


def verify(hashed: str, password: bytes) -> bool:
    """Tell whether a password is the one of a hash; what is no such hash is nobody's."""
    found = _FORM.fullmatch(hashed)
    if found is None:
        return False
    kind, rounds, salt, expected = found.groups()
    turns = max(_LEAST_ROUNDS, int(rounds)) if rounds else _USUAL_ROUNDS
    if turns > _MOST_ROUNDS:
        return False
    digest = _sha256 if kind == "5" else _sha512
    made = _written(_stretch(digest, password, salt.encode(), turns))
    return hmac.compare_digest(made, expected)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _stretch(digest: Digest, password: bytes, salt: bytes, rounds: int) -> bytes:
    """Return the raw result; the steps are those of the document, in its order."""
    inner = digest(password + salt + password)
    mixed = password + salt + _repeated(inner, len(password))
    length = len(password)
    while length:
        mixed += inner if length & 1 else password
        length >>= 1
    state = digest(mixed)
    long_password = _repeated(digest(password * len(password)), len(password))
    long_salt = _repeated(digest(salt * (16 + state[0])), len(salt))
    for turn in range(rounds):
        data = long_password if turn % 2 else state
        if turn % 3:
            data += long_salt
        if turn % 7:
            data += long_password
        data += state if turn % 2 else long_password
        state = digest(data)
    return state


def _repeated(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _written(raw: bytes) -> str:
    """Return the text of a result: three bytes at a time, each time from three places a third apart, turning."""
    size, text = len(raw), ""
    third = size // 3
    turns_left = size == 64  # noqa: PLR2004 - the bytes of SHA-512; the two orders turn different ways
    places = [0, third, 2 * third]
    for _ in range(third):
        text += _letters(raw[places[0]] << 16 | raw[places[1]] << 8 | raw[places[2]], 4)
        places = (
            [places[1] + 1, places[2] + 1, places[0] + 1]
            if turns_left
            else [places[2] + 1, places[0] + 1, places[1] + 1]
        )
    rest = raw[3 * third :]
    return text + (_letters(rest[0], 2) if turns_left else _letters(rest[1] << 8 | rest[0], 3))


def _letters(value: int, count: int) -> str:
    return "".join(_ALPHABET[value >> 6 * place & 63] for place in range(count))
