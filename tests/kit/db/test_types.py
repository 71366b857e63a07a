from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any, Literal, NewType

import msgspec
import pytest

from gatepass.kit.db import Database, Tx, ValueNotStorable, command, query

pytestmark = pytest.mark.anyio

Handle = NewType("Handle", str)
Digest = NewType("Digest", bytes)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 9


class Place(msgspec.Struct, frozen=True):
    city: str
    seen_at: datetime


@dataclass(frozen=True)
class Everything:
    id: Handle
    at: datetime
    maybe_at: datetime | None
    is_on: bool
    octets: Digest
    facts: dict[str, Any]
    tags: tuple[str, ...]
    place: Place | None
    colour: Colour
    level: Level
    life: timedelta
    size: int
    kind: Literal["a", "b"]


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    id: Handle
    is_on: bool


CREATE = command(
    "CREATE TABLE everything (id TEXT, at INTEGER, maybe_at INTEGER, is_on INTEGER, octets BLOB, facts TEXT, tags TEXT,"
    " place TEXT, colour TEXT, level INTEGER, life INTEGER, size INTEGER, kind TEXT)",
    postgres="CREATE TABLE everything (id TEXT, at TIMESTAMPTZ, maybe_at TIMESTAMPTZ, is_on BOOLEAN, octets BYTEA,"
    " facts TEXT, tags TEXT, place TEXT, colour TEXT, level BIGINT, life BIGINT, size BIGINT, kind TEXT)",
)
ADD = command(
    "INSERT INTO everything VALUES (:id, :at, :maybe_at, :is_on, :octets, :facts, :tags, :place, :colour, :level,"
    " :life, :size, :kind)"
)
GET = query(Everything, "SELECT {columns} FROM everything WHERE is_on = :is_on AND at = :at")
GET_BRIEF = query(Brief, "SELECT {columns:e} FROM everything e")
COUNT_DUE = query(int, "SELECT count(*) FROM everything WHERE at <= :now")

MOMENT = datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=UTC)
FULL = Everything(
    id=Handle("žluťoučký kůň 🦄 \u202e'; DROP TABLE everything; --"),
    at=MOMENT,
    maybe_at=datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    is_on=True,
    octets=Digest(bytes(range(256))),
    facts={"nested": [{"deep": None, "\0": "\0"}], "number": 1.5, "ü": True},
    tags=("b", "a", ""),
    place=Place("Zürich", MOMENT),
    colour=Colour.BLUE,
    level=Level.HIGH,
    life=timedelta(days=30, seconds=1),
    size=-(2**63),
    kind="b",
)


@pytest.fixture
async def db(database: Database) -> Database:
    async def body(tx: Tx) -> None:
        await tx.run(CREATE)

    await database.transact(body)
    return database


def _values(row: Everything) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Everything.__dataclass_fields__}


async def _add(db: Database, **values: Any) -> None:
    async def body(tx: Tx) -> None:
        await tx.run(ADD, **values)

    await db.transact(body)


async def _get(db: Database, at: datetime = MOMENT) -> Everything | None:
    async def body(tx: Tx) -> Everything | None:
        return await tx.one(GET, is_on=True, at=at)

    return await db.read(body)


async def test_every_type_comes_back_as_it_went_in(db: Database) -> None:
    await _add(db, **_values(FULL))
    found = await _get(db)
    assert found == FULL
    assert found is not None
    assert found.at.tzinfo is UTC
    assert isinstance(found.is_on, bool)
    assert isinstance(found.colour, Colour)
    assert isinstance(found.level, Level)


async def test_null_comes_back_as_none(db: Database) -> None:
    await _add(db, **(_values(FULL) | {"maybe_at": None, "place": None}))
    found = await _get(db)
    assert found is not None
    assert (found.maybe_at, found.place) == (None, None)


async def test_a_time_of_another_zone_is_the_same_moment_and_comes_back_in_utc(db: Database) -> None:
    kathmandu = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=45)))
    await _add(db, **(_values(FULL) | {"at": kathmandu}))
    found = await _get(db, at=kathmandu)
    assert found is not None
    assert (found.at, found.at.tzinfo) == (MOMENT, UTC)


async def test_times_are_compared_to_the_microsecond(db: Database) -> None:
    await _add(db, **_values(FULL))

    async def count(tx: Tx) -> list[int | None]:
        moments = [MOMENT - timedelta(microseconds=1), MOMENT]
        return [await tx.one(COUNT_DUE, now=moment) for moment in moments]

    assert await db.read(count) == [0, 1]


async def test_a_struct_with_keyword_fields_is_a_row_too(db: Database) -> None:
    await _add(db, **_values(FULL))

    async def body(tx: Tx) -> list[Brief]:
        return await tx.all(GET_BRIEF)

    assert await db.read(body) == [Brief(id=FULL.id, is_on=True)]


async def test_one_column_is_read_as_a_plain_value(db: Database) -> None:
    await _add(db, **_values(FULL))
    moment = query(datetime, "SELECT max(at) FROM everything WHERE is_on = :is_on")
    life = query(timedelta, "SELECT life FROM everything")

    async def body(tx: Tx) -> tuple[datetime | None, datetime | None, timedelta | None]:
        return await tx.one(moment, is_on=True), await tx.one(moment, is_on=False), await tx.one(life)

    assert await db.read(body) == (MOMENT, None, FULL.life)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a\0b"),
        ("id", "half \ud83e"),
        ("size", 2**63),
        ("facts", {"half": "\ud83e"}),
    ],
)
async def test_what_one_database_could_not_hold_both_refuse(db: Database, field: str, value: object) -> None:
    with pytest.raises(ValueNotStorable) as caught:
        await _add(db, **(_values(FULL) | {field: value}))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("at", datetime(2026, 1, 1), ValueError),  # noqa: DTZ001 - the case itself
        ("life", timedelta(milliseconds=1), ValueError),
        ("facts", object(), TypeError),
    ],
)
async def test_a_value_without_one_meaning_is_refused(
    db: Database, field: str, value: object, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        await _add(db, **(_values(FULL) | {field: value}))
