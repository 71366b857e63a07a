"""Hashes of other products, made by their own tools or published by them, and judged here."""

import base64
import hashlib
import subprocess
from typing import Any

import bcrypt
import pytest
from argon2 import PasswordHasher

from gatepass.methods.password.hashing.foreign import verify
from gatepass.methods.password.hashing.own import OwnHashes

WORD = "lètmein"
RAW = WORD.encode()
SALT = b"seasalt2"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _django() -> str:
    return f"pbkdf2_sha256$12000$seasalt2${_b64(hashlib.pbkdf2_hmac('sha256', RAW, SALT, 12000))}"


def _ldap(digest: str) -> str:
    return _b64(hashlib.new(digest, RAW + SALT).digest() + SALT)


HASHES: dict[str, tuple[str, dict[str, Any]]] = {
    "bcrypt": ("bcrypt", {"hash": bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode()}),
    "bcrypt of PHP": ("modular", {"hash": bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$")}),
    "argon2id": ("argon2id", {"hash": PasswordHasher(1, 1024, 1).hash(WORD)}),
    "Django PBKDF2": ("modular", {"hash": _django()}),
    "Django Argon2": ("argon2", {"hash": "argon2" + PasswordHasher(1, 1024, 1).hash(WORD)}),
    "Django bcrypt": (
        "bcrypt_sha256_django",
        {
            "hash": "bcrypt_sha256$"
            + bcrypt.hashpw(hashlib.sha256(RAW).hexdigest().encode(), bcrypt.gensalt(4)).decode()
        },
    ),
    "PBKDF2 as PHC": (
        "pbkdf2",
        {
            "hash": {
                "value": "$pbkdf2-sha512$i=1000,l=32$"
                f"{_b64(SALT).rstrip('=')}${_b64(hashlib.pbkdf2_hmac('sha512', RAW, SALT, 1000, 32)).rstrip('=')}"
            }
        },
    ),
    "Keycloak": (
        "pbkdf2-sha256",
        {
            "hashIterations": 27500,
            "algorithm": "pbkdf2-sha256",
            "salt": _b64(SALT),
            "value": _b64(hashlib.pbkdf2_hmac("sha256", RAW, SALT, 27500, 64)),
        },
    ),
    "LDAP SSHA": ("ldap", {"hash": "{SSHA}" + _ldap("sha1")}),
    "LDAP SSHA512": ("modular", {"hash": "{SSHA512}" + _ldap("sha512")}),
    "LDAP SHA": ("modular", {"hash": "{SHA}" + _b64(hashlib.sha1(RAW, usedforsecurity=False).digest())}),
    "MD5 with salt": (
        "md5",
        {
            "hash": {"value": hashlib.md5(SALT + RAW, usedforsecurity=False).hexdigest(), "encoding": "hex"},
            "salt": {"value": "seasalt2", "encoding": "utf8", "position": "prefix"},
        },
    ),
    "SHA-256 with salt behind": (
        "sha256",
        {"hash": hashlib.sha256(RAW + SALT).hexdigest(), "salt": "seasalt2", "salt_position": "suffix"},
    ),
    "scrypt of Auth0": (
        "scrypt",
        {
            "hash": {"value": hashlib.scrypt(RAW, salt=SALT, n=1024, r=8, p=1, dklen=64).hex(), "encoding": "hex"},
            "salt": {"value": "seasalt2", "encoding": "utf8"},
            "cost": 1024,
        },
    ),
}


@pytest.mark.parametrize("name", sorted(HASHES))
def test_the_right_password_is_right_and_no_other(name: str) -> None:
    scheme, value = HASHES[name]
    assert verify(scheme, value, WORD)
    assert not verify(scheme, value, WORD + "!")
    assert not verify(scheme, value, "")


@pytest.mark.parametrize("kind", ["-5", "-6"])
@pytest.mark.parametrize("word", ["a", WORD, "x" * 100, "with spaces in it"])
def test_what_openssl_makes_is_judged(kind: str, word: str) -> None:
    made = subprocess.run(
        ["openssl", "passwd", kind, "-salt", "abcdefgh", word], capture_output=True, text=True, check=True, timeout=20
    ).stdout.strip()
    assert verify("modular", {"hash": made}, word)
    assert not verify("modular", {"hash": made}, word + "!")


def test_the_published_example_of_firebase_is_judged() -> None:
    value = {
        "hash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
        "salt": "42xEC+ixf3L2lw==",
        "salt_separator": "Bw==",
        "signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
        "rounds": 8,
        "mem_cost": 14,
    }
    assert verify("scrypt_firebase", value, "user1password")
    assert not verify("scrypt_firebase", value, "user2password")


@pytest.mark.parametrize(
    "hashed",
    [
        "", "$", "{SSHA}", "{NONE}x", "$2b$", "$argon2id$", "pbkdf2_sha256$1$2", "$6$rounds=999999999$a$" + "a" * 86,
        "$argon2id$v=19$m=99999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
    ],
)  # fmt: skip
def test_what_is_no_hash_is_nobodys_password(hashed: str) -> None:
    assert not verify("modular", {"hash": hashed}, "")
    assert not verify("modular", {"hash": hashed}, WORD)


def test_a_dummy_has_the_parameters_of_ours_and_no_password() -> None:
    own = OwnHashes(7168, 2)
    assert not own.is_outdated(own.dummy())
    assert not own.verify(own.dummy(), WORD)
