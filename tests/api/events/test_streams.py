"""Streams over the API: set up, read, changed, tried out, removed; what is secret goes in and never comes out."""

from pathlib import Path
from typing import Any

import pytest

from gatepass.audit.flows import record
from gatepass.audit.model import EventKind
from gatepass.worker import sealer_of
from kit.fetch.web import says, serving
from organizations.stage import an_organization
from support.managing import managing
from support.spine import Spine, standing

pytestmark = pytest.mark.anyio
PATH, READ, WRITE = "/api/v1/event-streams", "streams:read", "streams:write"
SIEM: dict[str, Any] = {
    "name": "To the SIEM",
    "kind": "https",
    "format": "ocsf",
    "families": ["session", "authentication"],
    "url": "https://siem.example.com/in/k3y",
    "headers": {"Authorization": "Bearer s3cret"},
}


async def test_a_stream_is_set_up_and_its_secrets_are_never_shown(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        created = await door.post(PATH, json=SIEM)
        assert created.status_code == 201, created.text
        answer = created.json()
        one = f"{PATH}/{answer['id']}"
        read = await door.get(one)
        assert read.json() == answer
        assert (await door.get(PATH)).json() == [answer]
        for text in (created.text, read.text):
            assert "s3cret" not in text
            assert "k3y" not in text
        assert (answer["destination"], answer["headers"]) == ("https://siem.example.com", ["Authorization"])
        assert (answer["families"], answer["format"]) == (["authentication", "session"], "ocsf")
        assert (answer["failures"], answer["last_error"], answer["sent_at"]) == (0, None, None)
        changed = await door.put(one, json={"name": "Off", "kind": "https", "is_active": False})
        assert changed.status_code == 200, changed.text
        assert (changed.json()["is_active"], changed.json()["headers"]) == (False, ["Authorization"])
        other_way = await door.put(one, json={"name": "Off", "kind": "syslog"})
        assert (other_way.status_code, "leads" in other_way.text) == (400, True)
        stale = await door.put(one, json={**SIEM, "name": "B"}, headers={"if-match": '"nothing"'})
        assert stale.status_code == 412
        assert (await door.delete(one)).status_code == 200
        assert (await door.get(one)).status_code == 404
    kinds = [event.kind for event in await spine.events() if event.kind.value.startswith("stream.")]
    assert kinds == [EventKind.STREAM_CREATED, EventKind.STREAM_CHANGED, EventKind.STREAM_REMOVED]
    assert "s3cret" not in repr(await spine.events())


async def test_a_stream_goes_on_from_where_it_is_told(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door:
        for _ in range(3):
            await spine.transact(lambda tx: record(tx, EventKind.USER_CHANGED, at=spine.clock.now()))
        sealer = sealer_of(spine.house)
        total = await sealer.seal()
        created = (await door.post(PATH, json=SIEM)).json()
        assert (created["position"], created["behind"]) == (total, 0)
        one = f"{PATH}/{created['id']}"
        again = (await door.post(f"{one}/reset", json={"after": 1})).json()
        assert (again["position"], again["behind"]) == (1, total - 1)
        skipped = (await door.post(f"{one}/reset", json={"after": None})).json()
        assert skipped["position"] == total
        assert (await door.post(f"{one}/reset", json={"after": 10**15})).json()["position"] == total
        assert (await door.post(f"{one}/reset", json={})).status_code == 400


async def test_a_stream_is_tried_out_with_a_sample(spine: Spine) -> None:
    async with managing(spine, READ, WRITE) as door, serving(says(b"")) as web:
        wanted = {**SIEM, "url": f"http://127.0.0.1:{web.port}/in", "format": "json"}
        created = await door.post(PATH, json=wanted)
        assert created.status_code == 201, created.text
        test = f"{PATH}/{created.json()['id']}/test"
        assert (await door.post(test)).json() == {"is_taken": True, "error": None}
        assert b'"data":{"test":"true"}' in web.bodies[0]
        web.answer = says(b"secret words of a receiver", status=500)
        assert (await door.post(test)).json() == {"is_taken": False, "error": "The receiver answered 500."}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "carrier-pigeon"}, "kind"),
        ({"format": "xml"}, "format"),
        ({"families": ["gossip"]}, "families"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"url": ""}, "URL"),
        ({"url": "ftp://siem.example.com/"}, "https"),
        ({"headers": {"Content-Length": "0"}}, "Content-Length"),
        ({"kind": "file", "path": "x.log"}, "GATEPASS_AUDIT_STREAM_FOLDER"),
        ({"kind": "syslog"}, "leads"),
    ],
    ids=["kind", "format", "family", "no name", "lines", "no url", "scheme", "header", "folder", "host"],
)
async def test_a_stream_that_can_not_be_is_refused(spine: Spine, change: dict[str, Any], words: str) -> None:
    async with managing(spine, WRITE) as door:
        answer = await door.post(PATH, json={**SIEM, **change})
    assert answer.status_code == 400
    assert words in answer.text


async def test_an_organizations_stream_needs_that_organization(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, WRITE) as door:
        unknown = await door.post(PATH, json={**SIEM, "organization_id": "ffffffffffffffffffffffff"})
        assert unknown.status_code == 404
        known = await door.post(PATH, json={**SIEM, "organization_id": organization.id})
        assert known.json()["organization_id"] == organization.id


async def test_a_file_may_be_written_where_the_operator_allowed_it(sqlite_copy: str, tmp_path: Path) -> None:
    async with (
        standing(sqlite_copy, tmp_path, {"GATEPASS_AUDIT_STREAM_FOLDER": str(tmp_path)}) as spine,
        managing(spine, WRITE) as door,
    ):
        created = await door.post(PATH, json={"name": "File", "kind": "file", "format": "cef", "path": "gate.log"})
        assert created.status_code == 201, created.text
        assert (await door.post(f"{PATH}/{created.json()['id']}/test")).json()["is_taken"] is True
        assert (tmp_path / "gate.log").read_text().startswith("CEF:0|Gatepass|")
        assert (await door.post(PATH, json={"name": "File", "kind": "file", "path": "../x.log"})).status_code == 400


async def test_streams_take_their_scopes_and_no_key_of_an_organization(spine: Spine) -> None:
    organization = await an_organization(spine)
    async with managing(spine, READ) as door:
        assert (await door.post(PATH, json=SIEM)).status_code == 403
    async with managing(spine, "sys_admin") as door:
        assert (await door.post(PATH, json=SIEM)).status_code == 403, "an administrator is no owner"
    async with managing(spine, "sys_owner") as door:
        wanted = {"name": "Key", "scopes": [READ, WRITE], "organization_id": organization.id}
        key = (await door.post("/api/v1/api-keys", json=wanted)).json()["api_key"]
    async with spine.door(authorization=f"Bearer {key}") as door:
        assert (await door.get(PATH)).status_code == 403
        assert (await door.post(PATH, json=SIEM)).status_code == 403


async def test_two_changes_in_one_moment_have_two_versions(each_spine: Spine) -> None:
    async with managing(each_spine, READ, WRITE) as door:
        created = await door.post(PATH, json=SIEM)
        one, versions = f"{PATH}/{created.json()['id']}", [created.headers["etag"]]
        for name in ("First", "Second"):
            changed = await door.put(one, json={**SIEM, "name": name}, headers={"if-match": versions[-1]})
            assert changed.status_code == 200, changed.text
            versions.append(changed.headers["etag"])
            assert (await door.get(one)).headers["etag"] == versions[-1]
        assert len(set(versions)) == 3
        late = await door.put(one, json=SIEM, headers={"if-match": versions[1]})
        assert late.status_code == 412
