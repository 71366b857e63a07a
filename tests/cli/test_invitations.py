import json

from cli.conftest import CommandLine


def test_an_invitation_is_shown_once_listed_and_taken_back(ready: CommandLine) -> None:
    made = ready("app", "invite", "--name", "Partner [x]", "--uses", "3", "--days", "2", "--json")
    assert made.status == 0
    assert "GATEPASS_PROVIDER_DYNAMIC_REGISTRATION=token" in made.err
    token = json.loads(made.out)["initial_access_token"]
    assert token.startswith("gpi_")
    (listed,) = json.loads(ready.well("app", "invitations", "--json"))
    assert (listed["name"], listed["uses_left"]) == ("Partner [x]", 3)
    text = ready.well("app", "invitations")
    assert "Partner [x]: 3 left" in text
    assert token not in text
    ready.well("app", "uninvite", listed["id"])
    assert "No invitation is open" in ready.well("app", "invitations")
    assert "no open invitation" in ready("app", "uninvite", listed["id"]).err


def test_an_invitation_says_nothing_more_where_registration_is_on(ready: CommandLine) -> None:
    made = ready("app", "invite", "--name", "Partner", provider_dynamic_registration="token")
    assert (made.status, made.err) == (0, "")
    assert "It is shown this once." in made.out


def test_a_setting_that_is_no_way_of_registration_is_named(ready: CommandLine) -> None:
    ended = ready("app", "list", provider_dynamic_registration="maybe", provider_client_scopes="sys_admin")
    assert ended.status == 2
    assert "must be one of off, token, open" in ended.err
    assert "scopes of the management API" in ended.err
