import re
import string
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.kit import ids

HEX = re.compile(r"[0-9a-f]{24}")
CLIENT_ID = re.compile(r"cli_[0-9a-v]{20}\.[0-9a-f]{32}\.[0-9A-Za-z]{22}")
BASE62 = string.digits + string.ascii_letters


def test_entity_ids_and_handles_are_24_hexadecimal_characters() -> None:
    assert HEX.fullmatch(ids.new_id())
    assert HEX.fullmatch(ids.new_handle())


@pytest.mark.parametrize("make", [ids.new_id, ids.new_handle, ids.new_client_id, lambda: ids.new_secret("gpx_")])
def test_ten_thousand_in_a_row_are_all_different(make: "type[str]") -> None:
    assert len({make() for _ in range(10_000)}) == 10_000


def test_entity_ids_sort_by_the_time_of_their_creation(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [1, 1_000, 1_700_000_000_000, 1_700_000_000_001, 2**47]
    made = []
    for milliseconds in moments:
        monkeypatch.setattr(time, "time_ns", lambda now=milliseconds: now * 1_000_000)
        made.append(ids.new_id())
    assert made == sorted(made)


def test_entity_ids_of_one_millisecond_sort_by_their_creation_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for milliseconds in range(1_700_000_000_000, 1_700_000_000_050):
        monkeypatch.setattr(time, "time_ns", lambda now=milliseconds: now * 1_000_000)
        made = [ids.new_id() for _ in range(1_000)]
        assert made == sorted(made)
        assert len(set(made)) == len(made)


def test_handles_tell_nothing_of_the_time_of_their_creation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert len({ids.new_handle()[:4] for _ in range(1_000)}) > 900


def test_an_entity_id_tells_its_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime(2026, 3, 29, 1, 30, 0, 123_000, tzinfo=UTC)
    monkeypatch.setattr(time, "time_ns", lambda: int(at.timestamp() * 1000) * 1_000_000 + 999_999)
    made = ids.new_id()
    assert ids.first_id_of(at) <= made < ids.first_id_of(at + timedelta(milliseconds=1))


@given(st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1)), st.timedeltas(timedelta(seconds=1)))  # noqa: DTZ001 - made aware below
def test_the_first_id_of_a_moment_comes_before_that_of_every_later_one(moment: datetime, later: timedelta) -> None:
    at = moment.replace(tzinfo=UTC)
    assert HEX.fullmatch(ids.first_id_of(at))
    assert ids.first_id_of(at) < ids.first_id_of(at + min(later, timedelta(days=36_500)))


def test_client_ids_have_the_documented_long_form() -> None:
    for _ in range(100):
        assert CLIENT_ID.fullmatch(ids.new_client_id())


def test_client_ids_sort_by_the_time_of_their_creation(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for milliseconds in (1_600_000_000_000, 1_700_000_000_000, 1_700_000_000_001, 2_500_000_000_000):
        monkeypatch.setattr(time, "time_ns", lambda now=milliseconds: now * 1_000_000)
        made.append(ids.new_client_id())
    assert made == sorted(made)


@pytest.mark.parametrize("prefix", [ids.CLIENT_SECRET_PREFIX, ids.REFRESH_TOKEN_PREFIX])
def test_secrets_carry_their_prefix_256_bits_and_a_checksum(prefix: str) -> None:
    secret = ids.new_secret(prefix)
    assert re.fullmatch(re.escape(prefix) + "[0-9A-Za-z_-]{43}[0-9A-Za-z]{6}", secret)
    assert ids.is_well_formed(secret, prefix)


def test_a_secret_of_one_kind_is_not_well_formed_as_another() -> None:
    assert not ids.is_well_formed(ids.new_secret(ids.CLIENT_SECRET_PREFIX), ids.REFRESH_TOKEN_PREFIX)


@given(st.data())
def test_any_one_changed_character_is_caught_by_the_checksum(data: st.DataObject) -> None:
    secret = ids.new_secret(ids.REFRESH_TOKEN_PREFIX)
    place = data.draw(st.integers(0, len(secret) - 1))
    other = data.draw(st.sampled_from(BASE62 + "_-. ").filter(lambda character: character != secret[place]))
    assert not ids.is_well_formed(secret[:place] + other + secret[place + 1 :], ids.REFRESH_TOKEN_PREFIX)


@given(st.data())
def test_two_neighbours_that_changed_places_are_caught_by_the_checksum(data: st.DataObject) -> None:
    secret = ids.new_secret(ids.REFRESH_TOKEN_PREFIX)
    place = data.draw(st.integers(0, len(secret) - 2).filter(lambda at: secret[at] != secret[at + 1]))
    swapped = secret[:place] + secret[place + 1] + secret[place] + secret[place + 2 :]
    assert not ids.is_well_formed(swapped, ids.REFRESH_TOKEN_PREFIX)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_from_outside_is_not_well_formed_and_breaks_nothing(text: str) -> None:
    assert not ids.is_well_formed(text, ids.REFRESH_TOKEN_PREFIX)
    assert not ids.is_well_formed(ids.REFRESH_TOKEN_PREFIX + text, ids.REFRESH_TOKEN_PREFIX)


@pytest.mark.parametrize("text", ["", "gpr_", "g", "é" * 53, "gpr_" + "0" * 5])
def test_what_is_too_short_or_foreign_is_not_well_formed(text: str) -> None:
    assert not ids.is_well_formed(text, ids.REFRESH_TOKEN_PREFIX)
