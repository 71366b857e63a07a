import base64
import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepass.kit.secrets import (
    KeyRing,
    MasterKey,
    SealBroken,
    Secret,
    hash_token,
    open_as_holder,
    seal_for_holder,
)

HIDDEN = "hunter2-do-not-show"
CONTEXT = "signing_keys.private_sealed:1"
RING = KeyRing([MasterKey.generate()])


@dataclass(frozen=True)
class Holder:
    password: Secret


SHOWN: list[Callable[[Secret], str]] = [
    repr,
    str,
    lambda secret: f"{secret}",
    lambda secret: f"{secret!r} {secret!s} {secret!a}",
    "{}".format,
    lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - the old way shows nothing either
    lambda secret: repr([secret, {secret: secret}]),
    lambda secret: repr(Holder(secret)),
    lambda secret: str(ValueError(secret)),
    lambda secret: "".join(traceback.format_exception(ValueError(secret, Holder(secret)))),
    lambda secret: repr(copy.deepcopy(Holder(secret))),
    lambda secret: str(asdict(Holder(secret))),
    lambda secret: logging.LogRecord("a", 20, "b", 1, "%s", (secret,), None).getMessage(),
    lambda secret: repr(dir(secret)),
]


@pytest.mark.parametrize("show", SHOWN)
def test_a_secret_does_not_show_itself(show: Callable[[Secret], str]) -> None:
    assert HIDDEN not in show(Secret(HIDDEN))


@pytest.mark.parametrize(
    "write", [json.dumps, msgspec.json.encode, msgspec.to_builtins, pickle.dumps, vars, lambda one: f"{one:>40}"]
)
def test_a_secret_can_not_be_written_down(write: Callable[[Any], object]) -> None:
    with pytest.raises((TypeError, pickle.PicklingError)) as refusal:
        write(Secret(HIDDEN))
    assert HIDDEN not in str(refusal.value)


def test_a_copy_of_what_holds_a_secret_holds_the_same_secret() -> None:
    holder = Holder(Secret(HIDDEN))
    assert copy.deepcopy(holder) == holder
    assert copy.copy(holder.password).reveal() == HIDDEN


def test_a_secret_is_revealed_where_it_is_asked_to_be() -> None:
    assert Secret(HIDDEN).reveal() == HIDDEN
    assert Secret("é").reveal() == "é"


def test_secrets_are_equal_by_their_text_and_to_secrets_alone() -> None:
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert not Secret("")
    assert Secret("a")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_was_sealed_opens_for_the_same_place(plaintext: bytes, context: str) -> None:
    assert RING.open(RING.seal(plaintext, context=context), context=context) == plaintext


@given(st.binary(max_size=50), st.text(max_size=20), st.text(max_size=20))
def test_an_envelope_does_not_open_in_another_row(plaintext: bytes, here: str, there: str) -> None:
    sealed = RING.seal(plaintext, context=here)
    if here != there:
        with pytest.raises(SealBroken):
            RING.open(sealed, context=there)


def test_an_envelope_does_not_open_with_another_key() -> None:
    sealed = RING.seal(b"private", context=CONTEXT)
    with pytest.raises(SealBroken, match="key file"):
        KeyRing([MasterKey.generate()]).open(sealed, context=CONTEXT)


def test_an_envelope_whose_key_id_was_forged_does_not_open_with_another_key() -> None:
    other = MasterKey.generate()
    sealed = RING.seal(b"private", context=CONTEXT)
    with pytest.raises(SealBroken):
        KeyRing([other]).open(other.key_id + sealed[4:], context=CONTEXT)


@given(st.data())
def test_an_altered_envelope_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(RING.seal(b"private key", context=CONTEXT))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        RING.open(bytes(sealed), context=CONTEXT)


@pytest.mark.parametrize("length", range(40))
def test_a_shortened_envelope_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        RING.open(RING.seal(b"private key", context=CONTEXT)[:length], context=CONTEXT)
    with pytest.raises(SealBroken):
        open_as_holder("token", seal_for_holder("token", b"the granted tokens")[:length])


def test_no_two_envelopes_of_one_text_are_alike() -> None:
    assert len({RING.seal(b"same", context=CONTEXT) for _ in range(1_000)}) == 1_000
    assert b"same" not in RING.seal(b"same", context=CONTEXT)


def test_after_a_rotation_the_new_key_seals_and_the_former_still_opens() -> None:
    former, present = MasterKey.generate(), MasterKey.generate()
    before = KeyRing([former]).seal(b"old", context=CONTEXT)
    ring = KeyRing([present, former])
    assert ring.open(before, context=CONTEXT) == b"old"
    after = ring.seal(b"new", context=CONTEXT)
    assert KeyRing([present]).open(after, context=CONTEXT) == b"new"
    with pytest.raises(SealBroken):
        KeyRing([former]).open(after, context=CONTEXT)


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
@settings(max_examples=50)
def test_only_the_holder_of_the_token_opens_what_was_sealed_for_them(plaintext: bytes, token: str, other: str) -> None:
    sealed = seal_for_holder(token, plaintext)
    assert open_as_holder(token, sealed) == plaintext
    if other != token:
        with pytest.raises(SealBroken):
            open_as_holder(other, sealed)


def test_the_stored_hash_of_a_token_does_not_open_what_was_sealed_for_its_holder() -> None:
    sealed = seal_for_holder("token", b"granted")
    for guess in (hash_token("token").hex(), hash_token("token").decode("latin-1")):
        with pytest.raises(SealBroken):
            open_as_holder(guess, sealed)


def test_a_mac_depends_on_the_key_the_purpose_and_every_part() -> None:
    macs = [
        RING.mac("code", "attempt", "123456"),
        RING.mac("code", "attempt", "123457"),
        RING.mac("code", "other", "123456"),
        RING.mac("other", "attempt", "123456"),
        KeyRing([MasterKey.generate()]).mac("code", "attempt", "123456"),
    ]
    assert len(set(macs)) == len(macs)
    assert RING.mac("code", "attempt", "123456") == macs[0]


def test_the_parts_of_a_mac_do_not_run_into_one_another() -> None:
    assert RING.mac("code", "ab", "c") != RING.mac("code", "a", "bc")
    assert RING.mac("code", "a", "b") != RING.mac("codea", "b")


def test_a_master_key_reads_back_from_its_text_and_does_not_show_itself() -> None:
    key = MasterKey.generate()
    assert MasterKey.from_text(f" {key.to_text()}\n") == key
    assert key.to_text() not in repr(key)
    assert repr(key.material) not in repr(key)


@pytest.mark.parametrize("text", ["", "not base64!", base64.b64encode(b"short").decode(), "é" * 44, "A" * 43])
def test_a_malformed_master_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        MasterKey.from_text(text)


def test_keys_derived_for_two_purposes_are_different_and_neither_is_the_master_key() -> None:
    key = MasterKey.generate()
    assert len({key.derive("seal"), key.derive("mac"), key.material}) == 3
    assert key.material[:4] != key.key_id


def test_an_empty_ring_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        KeyRing([])
