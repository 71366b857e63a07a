"""Paths with parts."""

import pytest

from gatepass.gate.requests.paths import PathTree, parts_of


def tree(*patterns: str) -> PathTree[str]:
    made: PathTree[str] = PathTree()
    for pattern in patterns:
        made.add(pattern, pattern)
    return made


def test_a_part_is_one_whole_segment() -> None:
    made = tree("/clients/{client_id}", "/clients/{client_id}/keys/{key_id}")
    assert made.find("/clients/a.b-c") == ("/clients/{client_id}", {"client_id": "a.b-c"})
    assert made.find("/clients/a/keys/b") == ("/clients/{client_id}/keys/{key_id}", {"client_id": "a", "key_id": "b"})


@pytest.mark.parametrize(
    "path", ["/clients", "/clients/", "/clients/a/", "/clients/a/keys", "/clients//keys/b", "", "/"]
)
def test_what_is_shorter_longer_or_empty_is_not_found(path: str) -> None:
    assert tree("/clients/{client_id}", "/clients/{client_id}/keys/{key_id}").find(path) is None


def test_a_segment_that_is_spelled_out_wins_and_loses_only_where_it_leads_nowhere() -> None:
    made = tree("/clients/{client_id}/keys", "/clients/own/names")
    assert made.find("/clients/own/names") == ("/clients/own/names", {})
    assert made.find("/clients/own/keys") == ("/clients/{client_id}/keys", {"client_id": "own"})


@pytest.mark.parametrize("pattern", ["/a{b}", "/{a}b", "/{a", "/a}", "/{}", "/{a b}", "/{a}/{a}"])
def test_a_pattern_that_means_nothing_stops_the_server_from_starting(pattern: str) -> None:
    with pytest.raises(ValueError, match="part"):
        parts_of(pattern)


def test_one_path_does_not_name_its_parts_in_two_ways() -> None:
    made = tree("/clients/{client_id}")
    with pytest.raises(ValueError, match="other names: client_id"):
        made.add("/clients/{name}", "again")
