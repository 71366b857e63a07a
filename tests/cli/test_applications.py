import json

import pytest

from cli.conftest import CommandLine


def made(ready: CommandLine, *arguments: str) -> str:
    return str(json.loads(ready.well("app", "create", "Shop", *arguments, "--json"))["client_id"])


def as_typed(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return json.dumps(value) if isinstance(value, dict) else str(value)


def test_every_setting_is_shown_by_the_key_that_set_takes(ready: CommandLine) -> None:
    client_id = made(ready, "--type", "web", "--callback", "https://shop.example/cb")
    shown = json.loads(ready.well("app", "show", client_id, "--json"))
    assert shown["magic_link.may_sign_up"] is True
    assert shown["oauth.is_third_party"] is False
    skipped = {"client_id", "is_active", "oauth.source"}
    typed = [f"{key}={as_typed(value)}" for key, value in shown.items() if key not in skipped and value is not None]
    assert json.loads(ready.well("app", "set", client_id, *typed, "--json")) == shown


def test_settings_are_changed_and_all_others_stay(ready: CommandLine) -> None:
    client_id = made(ready, "--type", "web", "--set", "oauth.scopes=read:data, write:data")
    before = json.loads(ready.well("app", "show", client_id, "--json"))
    ready.well("app", "set", client_id, "access_token_lifetime=15m", "oauth.requires_pkce=yes", "name=Shop two")
    after = json.loads(ready.well("app", "show", client_id, "--json"))
    changed = {"access_token_lifetime": "900s", "oauth.requires_pkce": True, "name": "Shop two"}
    assert after == {**before, **changed}
    assert after["oauth.scopes"] == ["read:data", "write:data"]


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("oauth.scope=x", "Did you mean oauth.scopes?"),
        ("access_token_lifetime=2d", "a minute to a day"),
        ("refresh_token_lifetime=401d", "400 days"),
        ("oauth.refresh_idle_seconds=5", "at least a minute"),
        ("oauth.grants=password", "expected one of"),
        ("oauth.authentication=private_key_jwt", "public keys"),
        ("oauth.requires_signed_requests=true", "public keys"),
        ("oauth.scopes=a b", "is no scope"),
        ("oauth.audiences=api", "can't name a resource"),
        ("oauth.callbacks=https://x.example/", "Did you mean callback_urls?"),
        ("accent=#112233", "Did you mean branding.accent?"),
        ("foo=1", "`gatepass app show` names all"),
        ("oauth.jwks=[]", "JSON object"),
        ("oauth.jwks={bad", "can't be read at character 2"),
        ('oauth.jwks={"keys": 1}', "oauth.jwks: A JSON Web Key Set"),
        ('oauth.access_claims={"sub": "x"}', "oauth.access_claims:"),
        ("oauth.jwks=@/nowhere/at/all", "can't be read"),
        ("oauth.logout_notice_url=http://shop.example/out", "must be https"),
        ("oauth.source=document", "is no setting"),
        ("magic_link.lifetime_seconds=3600", "60 to 600"),
        ("nonsense", "KEY=VALUE"),
    ],
)
def test_a_setting_that_could_not_work_is_refused_and_nothing_changes(
    ready: CommandLine, assignment: str, words: str
) -> None:
    client_id = made(ready, "--type", "web")
    before = ready.well("app", "show", client_id)
    ended = ready("app", "set", client_id, "name=Other", assignment)
    assert ended.status == 2
    assert words in ended.err
    assert ready.well("app", "show", client_id) == before


def test_a_page_in_the_browser_is_given_no_secret(ready: CommandLine) -> None:
    client_id = made(ready, "--type", "spa")
    assert "does not authenticate by a secret" in ready("app", "secret", client_id).err
    assert "keeps no secret" in ready("app", "set", client_id, "oauth.authentication=client_secret_post").err
    assert "for applications that authenticate" in ready("app", "set", client_id, "oauth.grants=client_credentials").err


def test_a_further_secret_is_shown_once(ready: CommandLine) -> None:
    client_id = made(ready, "--type", "m2m")
    secret = json.loads(ready.well("app", "secret", client_id, "--json"))["client_secret"]
    assert secret.startswith("gps_")
    assert secret not in ready.well("app", "show", client_id)


def test_an_application_is_switched_off_and_on_again(ready: CommandLine) -> None:
    client_id = made(ready, "--type", "web")
    assert "is off" in ready.well("app", "off", client_id)
    assert ", off)" in ready.well("app", "list")
    assert "is on" in ready.well("app", "on", client_id)
    assert ", off)" not in ready.well("app", "list")


def test_an_application_that_is_not_there_is_named(ready: CommandLine) -> None:
    for words in (("show",), ("off",), ("secret",)):
        assert "There is no application cli_nobody" in ready("app", *words, "cli_nobody").err
