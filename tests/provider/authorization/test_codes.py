"""A code is good once, for its application, with its verifier; one that comes back takes its tokens with it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatepass.applications.flows import change
from gatepass.applications.model import ApplicationType
from gatepass.audit.model import EventKind
from gatepass.kit.db import Tx, command
from gatepass.kit.secrets import hash_token
from gatepass.provider.authorization import store
from gatepass.provider.authorization.model import Answer, CodeRefusal, Redeemed, Refused
from gatepass.sessions.flows import revoke
from gatepass.tokens.model import Terms
from gatepass.tokens.queries import find_family
from provider.authorization.people import CALLBACK, CHALLENGE, VERIFIER, BrowserOf, redeem, request
from support.spine import ORIGIN, SHOP, Spine

pytestmark = pytest.mark.anyio
AT_ONCE = 64
_NAIVE_SPEND = command("UPDATE authorization_codes SET spent_at = :at WHERE id = :id")


@pytest.fixture
async def reader(spine: Spine) -> BrowserOf:
    """A browser in which somebody is signed in."""
    made = BrowserOf(spine)
    await made.signed_in()
    return made


PRESENTED: list[tuple[str, dict[str, Any], dict[str, Any], CodeRefusal | None]] = [
    ("all as it was asked", {}, {}, None),
    ("no redirect URI, but a challenge", {}, {"redirect_uri": None}, None),
    ("another redirect URI", {}, {"redirect_uri": f"{CALLBACK}/"}, CodeRefusal.OTHER_REDIRECT),
    ("the URI was left out before", {"has_redirect_uri": False}, {"redirect_uri": None}, None),
    ("left out before, sent now", {"has_redirect_uri": False}, {}, None),
    (
        "left out before, another now",
        {"has_redirect_uri": False},
        {"redirect_uri": "https://evil.test/"},
        CodeRefusal.OTHER_REDIRECT,
    ),
    ("no challenge, no verifier", {"code_challenge": ""}, {"verifier": None}, None),
    (
        "no challenge, no URI",
        {"code_challenge": ""},
        {"verifier": None, "redirect_uri": None},
        CodeRefusal.OTHER_REDIRECT,
    ),
    ("a verifier nobody asked for", {"code_challenge": ""}, {}, CodeRefusal.VERIFIER_UNASKED),
    ("no verifier", {}, {"verifier": None}, CodeRefusal.VERIFIER_MISSING),
    ("an empty verifier", {}, {"verifier": ""}, CodeRefusal.VERIFIER_MISSING),
    ("another verifier", {}, {"verifier": VERIFIER + "x"}, CodeRefusal.VERIFIER_WRONG),
    ("the challenge as verifier", {}, {"verifier": CHALLENGE}, CodeRefusal.VERIFIER_WRONG),
    ("the bound key", {"terms": Terms(key_thumbprint="k" * 43)}, {"key": "k" * 43}, None),
    ("no key", {"terms": Terms(key_thumbprint="k" * 43)}, {}, CodeRefusal.WRONG_KEY),
    ("another key", {"terms": Terms(key_thumbprint="k" * 43)}, {"key": "o" * 43}, CodeRefusal.WRONG_KEY),
    ("a key that nobody bound", {}, {"key": "o" * 43}, None),
]


@pytest.mark.parametrize(
    ("asked", "presented", "expected"), [case[1:] for case in PRESENTED], ids=[case[0] for case in PRESENTED]
)
async def test_a_code_is_judged(
    spine: Spine,
    reader: BrowserOf,
    asked: dict[str, Any],
    presented: dict[str, Any],
    expected: CodeRefusal | None,
) -> None:
    code = await reader.code(request(**asked))
    found = await redeem(spine, code, **presented)
    if expected is None:
        assert isinstance(found, Redeemed)
    else:
        assert found == Refused(expected)
        assert await redeem(spine, code) == Refused(CodeRefusal.REUSED), "a code that was presented wrongly is spent"


async def test_a_code_of_one_application_is_nothing_to_another(spine: Spine, reader: BrowserOf) -> None:
    other = await spine.register(replace(SHOP, name="Other"))
    code = await reader.code()
    assert await redeem(spine, code, application=other) == Refused(CodeRefusal.OTHER_APPLICATION)
    assert await redeem(spine, code) == Refused(CodeRefusal.REUSED)


async def test_a_code_is_too_old_after_a_minute(spine: Spine, reader: BrowserOf) -> None:
    early, late = await reader.code(), await reader.code()
    spine.clock.move(timedelta(seconds=59))
    assert isinstance(await redeem(spine, early), Redeemed)
    spine.clock.move(timedelta(seconds=1))
    assert await redeem(spine, late) == Refused(CodeRefusal.EXPIRED)


async def test_what_is_no_code_is_refused_without_a_look(spine: Spine) -> None:
    for text in ("", "gpc_", "gpc_" + "a" * 49, "é", "x" * 10_000):
        assert await redeem(spine, text) == Refused(CodeRefusal.UNKNOWN)


async def test_a_code_dies_with_its_session(spine: Spine) -> None:
    browser = BrowserOf(spine)
    account = await browser.signed_in()
    code = await browser.code()
    await spine.transact(lambda tx: revoke(tx, account.session, spine.clock.now(), ORIGIN))
    assert await redeem(spine, code) == Refused(CodeRefusal.SIGNED_OUT)


async def bought(spine: Spine, code: str) -> str:
    """Exchange a code as the token endpoint does and return the family of its tokens."""
    found = await redeem(spine, code)
    assert isinstance(found, Redeemed)
    signer = await spine.house.tokens.signer_for(spine.application)

    async def body(tx: Tx) -> str:
        at = spine.clock.now()
        grant = await spine.house.tokens.grant(tx, found.session, found.user, spine.application, signer, at)
        await spine.house.authorization.note_family(tx, found.code.id, grant.family_id)
        return grant.family_id

    return await spine.transact(body)


async def test_a_code_that_comes_back_takes_its_tokens_with_it(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    await browser.signed_in()
    code = await browser.code()
    family_id = await bought(each_spine, code)
    each_spine.clock.move(timedelta(hours=2))
    assert await redeem(each_spine, code) == Refused(CodeRefusal.REUSED)
    family = await each_spine.read(lambda tx: find_family(tx, family_id))
    assert family is not None
    assert family.revoked_at is not None
    event = (await each_spine.events())[-1]
    assert (event.kind, event.data["family_id"]) == (EventKind.CODE_REUSED, family_id)


async def test_of_many_who_present_a_code_at_once_one_wins(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    await browser.signed_in()
    for _ in range(3):
        code = await browser.code()
        found = await asyncio.gather(*(redeem(each_spine, code) for _ in range(AT_ONCE)))
        assert sum(isinstance(one, Redeemed) for one in found) == 1
        assert {one.reason for one in found if isinstance(one, Refused)} == {CodeRefusal.REUSED}


async def naive_redeem(spine: Spine, code: str) -> bool:
    """Look whether a code is spent, and then spend it: what nobody may write."""
    found = await spine.read(lambda tx: store.find_code(tx, hash_token(code)))
    if found is None or found.spent_at is not None:
        return False
    await spine.transact(lambda tx: tx.run(_NAIVE_SPEND, id=found.id, at=spine.clock.now()))
    return True


async def test_the_race_catches_a_look_before_the_write(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    await browser.signed_in()
    code = await browser.code()
    won = await asyncio.gather(*(naive_redeem(each_spine, code) for _ in range(AT_ONCE)))
    assert sum(won) > 1


async def test_of_many_who_resume_a_request_at_once_one_gets_a_code(each_spine: Spine) -> None:
    browser = BrowserOf(each_spine)
    for _ in range(3):
        handle = await browser.waits(request(prompt=("login",)))
        await browser.sign_in(handle)
        answers = await asyncio.gather(*(browser.flows.resume(handle, browser.now) for _ in range(AT_ONCE)))
        assert len(answers) == AT_ONCE
        assert len({one.parameters["code"] for one in answers if isinstance(one, Answer)}) == 1
        assert all(isinstance(one, Answer) for one in answers), "who lost the race is given the same answer"


async def test_a_confidential_application_may_do_without_a_challenge(spine: Spine, reader: BrowserOf) -> None:
    changed = replace(SHOP, type=ApplicationType.WEB)
    application = await spine.transact(lambda tx: change(tx, spine.application, changed, spine.clock.now()))
    code = await reader.code(request(code_challenge=""), application)
    assert isinstance(await redeem(spine, code, application=application, verifier=None), Redeemed)
