"""Whom the benchmark of a million people brings in."""

import csv
from collections import Counter

import pytest

from bench.scale.people import BEARERS, lines


@pytest.mark.parametrize("count", [1_000, 20_000])
def test_a_search_by_family_name_means_as_many_people_however_many_there_are(count: int) -> None:
    names = Counter(row["last_name"] for row in csv.DictReader(lines(count, 10)))
    assert set(names.values()) == {BEARERS}
    assert len({len(name) for name in names}) == 1, "none begins like another"
