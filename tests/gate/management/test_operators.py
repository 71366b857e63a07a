"""An operator who calls from the dashboard: by a cookie, of which other sites' pages get nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from gate.management.callers import SAMPLE, an_operator, calls, codes, refusals
from gatepass.access.flows import remove_operator
from gatepass.audit.model import ActorKind
from impersonation.people import acting, make_operator
from support.spine import ORIGIN, Spine
from support.visiting import SAME_ORIGIN, InMemoryBrowser, browsing

pytestmark = pytest.mark.anyio

FRESH = timedelta(minutes=15)
CROSS_SITE = [
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "cross-site", "origin": "http://localhost:8000"},
]


@pytest.fixture
async def visitor(spine: Spine) -> AsyncIterator[InMemoryBrowser]:
    """A browser that knows nothing."""
    async with browsing(spine) as opened:
        yield opened


async def test_an_operator_calls_by_the_session_of_the_dashboard(spine: Spine, visitor: InMemoryBrowser) -> None:
    await an_operator(spine, visitor)
    answers = await calls(visitor.door, headers=SAME_ORIGIN)
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 404, 200, 200, 201, 200]
    created = next(event for event in await spine.events() if event.kind.value == "api_key.secret.created")
    assert created.actor.kind is ActorKind.OPERATOR
    assert created.actor.name == "olga@example.com"


async def test_whoever_is_signed_in_but_operates_nothing_is_refused(visitor: InMemoryBrowser) -> None:
    await visitor.sign_in("ana@example.com")
    assert codes(await calls(visitor.door, headers=SAME_ORIGIN)) == {(403, "insufficient_scope")}


async def test_an_operator_may_do_what_their_scopes_say_and_is_recorded_beyond(
    spine: Spine, visitor: InMemoryBrowser
) -> None:
    user = await an_operator(spine, visitor, "roles:read")
    answers = await calls(visitor.door, headers=SAME_ORIGIN)
    assert [answer.status_code for answer in answers] == [200, 403, 403, 403, 404, 403, 403, 403, 403]
    found = await refusals(spine)
    assert {event.user_id for event in found} == {user.id}
    assert {event.actor.kind for event in found} == {ActorKind.OPERATOR}


@pytest.mark.parametrize(
    "headers", CROSS_SITE, ids=["silent", "cross-site", "same-site", "typed", "own-origin-claimed"]
)
async def test_another_sites_page_changes_nothing_by_the_cookie(
    spine: Spine, visitor: InMemoryBrowser, headers: dict[str, str]
) -> None:
    await an_operator(spine, visitor)
    for method, path, body in SAMPLE:
        if method != "GET":
            answer = await visitor.door.request(method, path, json=body, headers=headers)
            assert (answer.status_code, answer.json()["error_code"]) == (403, "cross_site_form"), (method, path)


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""], ids=["cross-site", "same-site", "silent"])
@pytest.mark.parametrize("origin", ["https://evil.test", "https://shop.test"], ids=["strangers", "an-applications"])
async def test_another_sites_page_reads_nothing_by_the_cookie(
    spine: Spine, visitor: InMemoryBrowser, site: str, origin: str
) -> None:
    await an_operator(spine, visitor)
    headers = {"origin": origin, **({"sec-fetch-site": site} if site else {})}
    answer = await visitor.door.get("/api/v1/roles", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "cross_site_form")


async def test_what_an_operator_types_into_the_address_bar_is_answered(spine: Spine, visitor: InMemoryBrowser) -> None:
    await an_operator(spine, visitor)
    assert (await visitor.door.get("/api/v1/roles", headers={"sec-fetch-site": "none"})).status_code == 200


async def test_dangerous_calls_need_a_fresh_sign_in_and_others_do_not(spine: Spine, visitor: InMemoryBrowser) -> None:
    await an_operator(spine, visitor)
    spine.clock.move(FRESH)
    key = {"name": "Key", "scopes": ["users:read"]}
    stale = await visitor.door.post("/api/v1/api-keys", json=key, headers=SAME_ORIGIN)
    assert (stale.status_code, stale.json()["error_code"]) == (401, "freshness_required")
    assert 'error="insufficient_user_authentication", max_age="900"' in stale.headers["www-authenticate"]
    for method, path, body in (("GET", "/api/v1/operators", None), ("POST", "/api/v1/roles", {"name": "Auditor"})):
        answer = await visitor.door.request(method, path, json=body, headers=SAME_ORIGIN)
        assert answer.status_code == 200, answer.text


async def test_who_lacks_the_scope_is_not_sent_to_sign_in_anew(spine: Spine, visitor: InMemoryBrowser) -> None:
    await an_operator(spine, visitor, "roles:read")
    spine.clock.move(FRESH)
    answer = await visitor.door.post(
        "/api/v1/api-keys", json={"name": "K", "scopes": ["roles:read"]}, headers=SAME_ORIGIN
    )
    assert (answer.status_code, answer.json()["error_code"]) == (403, "insufficient_scope")


async def test_who_operates_no_longer_is_out_with_the_next_call(spine: Spine, visitor: InMemoryBrowser) -> None:
    user = await an_operator(spine, visitor)
    assert (await visitor.door.get("/api/v1/roles")).status_code == 200
    await spine.transact(lambda tx: remove_operator(tx, user.id, spine.clock.now(), ORIGIN, may_strand=True))
    assert (await visitor.door.get("/api/v1/roles")).status_code == 403


async def test_nobody_operates_in_another_ones_place(spine: Spine) -> None:
    async with acting(spine) as place:
        await make_operator(spine, place.person.id)
        assert codes(await calls(place.browser.door, headers=SAME_ORIGIN)) == {(403, "insufficient_scope")}


async def test_a_header_that_is_worthless_is_not_made_good_by_the_cookie(
    spine: Spine, visitor: InMemoryBrowser
) -> None:
    await an_operator(spine, visitor)
    headers = {**SAME_ORIGIN, "authorization": "Bearer x"}
    assert codes(await calls(visitor.door, headers=headers)) == {(401, "invalid_credential")}
