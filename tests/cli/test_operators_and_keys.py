"""`gatepass operator`, `gatepass api-key` and the applications that manage, as whoever has the machine meets them."""

import json

import pytest

from cli.conftest import CommandLine


def test_somebody_is_let_in_listed_and_shut_out(ready: CommandLine) -> None:
    assert "gatepass operator add" in ready.well("operator", "list")
    told = ready.well("operator", "add", "Olga@Example.com")
    assert "sys_owner" in told
    assert "The account is new" in told
    ready.well("operator", "add", "otto@example.com", "--scope", "users:read", "--scope", "events:read")
    ready.well("operator", "add", "otto@example.com", "--scope", "users:read")
    listed = {one["email"]: one["scopes"] for one in json.loads(ready.well("operator", "list", "--json"))}
    assert listed == {"Olga@example.com": ["sys_owner"], "otto@example.com": ["users:read"]}
    ready.well("operator", "remove", "olga@example.com")
    assert "olga" not in ready.well("operator", "list").lower(), "even the last owner: whoever is here can add another"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("operator", "add", "no address"), "address"),
        (("operator", "add", "a@example.com", "--scope", "fly"), "fly"),
        (("operator", "remove", "a@example.com"), "no user a@example.com"),
        (("api-key", "create", "Key"), "--scope"),
        (("api-key", "create", "Key", "--scope", "users:read", "--network", "nowhere"), "nowhere"),
        (("api-key", "create", "Key", "--scope", "users:read", "--organization", "f" * 24), "no such organization"),
        (("api-key", "revoke", "f" * 24), "no API key"),
        (("app", "set", "cli_x"), "Say what to change"),
    ],
    ids=[
        *("no-address", "no-scope-of-ours", "nobody", "key-without-scope"),
        *("no-network", "no-organization", "no-key", "nothing-to-change"),
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(ready: CommandLine, arguments: tuple[str, ...], words: str) -> None:
    ended = ready(*arguments)
    assert ended.status == 2
    assert words in " ".join(ended.err.split())


def test_a_key_is_shown_once_listed_by_its_end_and_revoked(ready: CommandLine) -> None:
    made = json.loads(
        ready.well(
            "api-key", "create", "Nightly", "--scope", "users:read", "--network", "10.0.0.7/8", "--days", "30", "--json"
        )
    )
    assert made["api_key"].startswith("gpk_")
    (listed,) = json.loads(ready.well("api-key", "list", "--json"))
    assert (listed["name"], listed["hint"], listed["networks"]) == ("Nightly", made["api_key"][-4:], ["10.0.0.0/8"])
    assert listed["expires_at"] is not None
    assert made["api_key"] not in ready.well("api-key", "list")
    assert "never used" in ready.well("api-key", "list")
    assert "It is revoked." in ready.well("api-key", "revoke", made["id"])
    assert "revoked before" in ready.well("api-key", "revoke", made["id"])
    assert "; revoked 2" in ready.well("api-key", "list")


def test_an_application_is_made_or_changed_to_manage(ready: CommandLine) -> None:
    robot = json.loads(ready.well("app", "create", "Robot", "--type", "m2m", "--scope", "sys_owner", "--json"))
    shown = json.loads(ready.well("app", "show", robot["client_id"], "--json"))
    assert shown["oauth.scopes"] == ["sys_owner"]
    ready.well("app", "set", robot["client_id"], "--scope", "read:data", "--scope", "sys_owner")
    shown = json.loads(ready.well("app", "show", robot["client_id"], "--json"))
    assert shown["oauth.scopes"] == ["sys_owner", "read:data"]
    stranger = ready("app", "set", robot["client_id"], "oauth.is_third_party=true")
    assert stranger.status == 2
    assert "sys_owner" in stranger.err
