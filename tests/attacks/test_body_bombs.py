"""Bodies, queries and headers that are too large, too deep, of the wrong kind, or hold what no text may hold."""

import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

from attacks.adversary import CODE_VERIFY, REFRESH, Answer, address, exchange, request
from gatepass.kit.db import query
from support.client import BASE, Client
from support.gatepass_server import RunningServer

JSON = ("Content-Type", "application/json")
FORM = ("Content-Type", "application/x-www-form-urlencoded")
DOORS = (f"{BASE}/send", f"{BASE}/resend", CODE_VERIFY, REFRESH)
_PATIENCE = 5.0
_OUTBOX = query(int, "SELECT count(*) FROM outbox")


def quickly(client: Client, whole: bytes) -> Answer:
    started = time.monotonic()
    answer = exchange(client, whole)
    assert time.monotonic() - started < _PATIENCE
    return answer


def refused(client: Client, whole: bytes, *statuses: int) -> Answer:
    answer = quickly(client, whole)
    assert answer.status in (statuses or (400,)), (answer.status, answer.body[:200], whole[:200])
    return answer


def is_alive(server: RunningServer) -> None:
    assert server.client.sign_in("alive@example.com")["authenticated"] is True


def test_a_body_that_is_announced_as_huge_is_refused_before_it_comes(server: RunningServer) -> None:
    client = server.client
    for length in ("209715200", "65537", "99999999999999999999", "18446744073709551616"):
        for path in DOORS:
            head = request(client, "POST", address(client, path), headers=[JSON, ("Content-Length", length)])
            refused(client, head, 413, 400)
    is_alive(server)


def test_a_stream_of_chunks_is_cut_at_the_limit(server: RunningServer) -> None:
    client = server.client
    chunk = b"2000\r\n" + b"a" * 0x2000 + b"\r\n"
    for path, kind in ((address(client, f"{BASE}/send"), JSON), ("/magic-link", FORM), ("/magic-link/decline", FORM)):
        head = request(client, "POST", path, headers=[kind, ("Transfer-Encoding", "chunked")])
        refused(client, head + chunk * 12 + b"0\r\n\r\n", 413)
    is_alive(server)


def test_a_client_that_leaves_in_the_middle_of_a_body_is_forgotten(server: RunningServer) -> None:
    parts = urlsplit(server.url)
    for path, kind in ((address(server.client, f"{BASE}/send"), JSON), ("/magic-link", FORM)):
        whole = request(server.client, "POST", path, headers=[kind, ("Content-Length", "100")])
        with socket.create_connection((parts.hostname or "", parts.port or 0), 5) as connection:
            connection.sendall(whole + b'{"email": ')
    is_alive(server)


def test_deep_wide_and_repeated_json_is_refused_or_read_quickly(server: RunningServer) -> None:
    client = server.client
    wide = json.dumps({f"k{number}": number for number in range(100_000)}).encode()
    bombs = (
        b"[" * 60_000, b"[" * 1_000_000, b'{"a":' * 12_000, b'{"email":' + b"[" * 30_000 + b"]" * 30_000 + b"}", wide,
        b'{"email":"' + b"a" * 60_000 + b'@example.com"}', b'{"email":1e99999}', b'{"email":' + b"9" * 60_000 + b"}",
        b'{"x":' + b"[" * 30_000 + b"]" * 30_000 + b',"email":"a"}',
    )  # fmt: skip
    for bomb in bombs:
        for path in DOORS:
            refused(client, request(client, "POST", address(client, path), bomb, [JSON]), 400, 413)
    many = b'{"email":"a@example.com"' + b',"k":1' * 9_000 + b"}"
    assert quickly(client, request(client, "POST", address(client, f"{BASE}/send"), many, [JSON])).status == 200
    is_alive(server)


def test_too_many_fields_are_refused(server: RunningServer) -> None:
    client = server.client
    state = client.send("victim@example.com")["state"]
    wide = "&".join(f"a{number}=1" for number in range(200))
    refused(client, request(client, "GET", address(client, f"{BASE}/status", state=state) + "&" + wide))
    refused(client, request(client, "POST", "/magic-link", wide.encode(), [FORM]))
    refused(client, request(client, "POST", "/magic-link", b"a=1&" * 16_000, [FORM]))
    refused(client, request(client, "GET", address(client, f"{BASE}/status", state="x" * 20_000)), 431, 414)


def test_every_wrong_type_is_refused_with_a_sentence(server: RunningServer) -> None:
    client = server.client
    wrong: tuple[Any, ...] = (None, 0, -1, 1.5, True, [], {}, [""], {"$gt": ""}, 2**70)
    bodies = [{"email": value} for value in wrong] + [{"email": "a@example.com", "match": "yes"}]
    bodies += [{"email": "a@example.com", "match": 1}, {"email": "a@example.com", "client_id": []}]
    for body in bodies:
        refused(client, request(client, "POST", address(client, f"{BASE}/send"), body))
    for path, body in (
        (f"{BASE}/resend", {"state": 1}), (CODE_VERIFY, {"state": "x", "otp": 123456}),
        (CODE_VERIFY, {"otp": "123456"}),
        (REFRESH, {"refresh_token": ["x"]}), (REFRESH, {}), (f"{BASE}/resend", {}),
    ):  # fmt: skip
        answer = refused(client, request(client, "POST", address(client, path), body))
        assert answer.json()["error_code"] == "malformed_request"
        assert answer.json()["message"]
    for raw in (b"", b"null", b"[]", b'"x"', b"0", b"{", b"{'email':'a'}", b"\xef\xbb\xbf{}", b"NaN", b"{}{}", b"\x00"):
        for path in DOORS:
            refused(client, request(client, "POST", address(client, path), raw, [JSON]))
    for wait in ("-1", "nan", "inf", "-inf", "1e309", "x", "", "0x10", "1_0"):
        started = time.monotonic()
        target = address(client, f"{BASE}/status", state="0" * 24, wait=wait)
        refused(client, request(client, "GET", target))
        assert time.monotonic() - started < _PATIENCE


def test_what_is_no_utf_8_is_refused(server: RunningServer) -> None:
    client = server.client
    for raw in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
        for path, name in zip(DOORS, (b"email", b"state", b"state", b"refresh_token"), strict=True):
            body = b'{"' + name + b'":"' + raw + b'","otp":"123456"}'
            refused(client, request(client, "POST", address(client, path), body, [JSON]))
        percent = "".join(f"%{byte:02X}" for byte in raw)
        for target in (f"{BASE}/status", f"{BASE}/verify", REFRESH, "/api/v1/config", "/api/v1/auth/status"):
            query_string = f"state={percent}&magictext={percent}&refresh_token={percent}&identifier={percent}"
            refused(client, request(client, "GET", f"{target}?client_id={percent}&{query_string}"))
        refused(client, request(client, "GET", f"/magic-link?client_id={client.client_id}&state={percent}&magictext=x"))
        refused(client, request(client, "POST", "/magic-link", b"client_id=" + raw, [FORM]))
        refused(client, request(client, "POST", "/magic-link", f"client_id={percent}".encode(), [FORM]))
    is_alive(server)


def test_a_nul_or_half_a_character_in_any_field_is_refused(server: RunningServer) -> None:
    client = server.client
    good = client.client_id
    for text in ("\\u0000", "a\\u0000b", "\\ud800", "\\udc00\\ud800", "\\ud800x"):
        for path, fields in (
            (f"{BASE}/send", ("email",)), (f"{BASE}/resend", ("state",)), (CODE_VERIFY, ("state", "otp")),
            (REFRESH, ("refresh_token",)),
        ):  # fmt: skip
            for field in fields:
                body = {"state": "x", "otp": "123456", **dict.fromkeys(fields, "123456"), field: "HERE"}
                raw = json.dumps(body).replace("HERE", text).encode()
                refused(client, request(client, "POST", address(client, path), raw, [JSON]))
            named = {**dict.fromkeys(fields, "123456"), "client_id": "HERE"}
            raw = json.dumps(named).replace("HERE", text).encode()
            refused(client, request(client, "POST", path, raw, [JSON]))
    for text in ("%00", "a%00b", "%ED%A0%80"):
        for path, names in (
            (f"{BASE}/status", "state"), (f"{BASE}/verify", "state magictext"), (REFRESH, "refresh_token"),
            ("/magic-link", "state magictext"),
        ):  # fmt: skip
            for client_id in (good, text):
                values = "&".join(f"{name}={text}" for name in names.split())
                refused(client, request(client, "GET", f"{path}?client_id={client_id}&{values}"))
        form = f"client_id={good}&state={text}&magictext={text}&match={text}&code={text}".encode()
        refused(client, request(client, "POST", "/magic-link", form, [FORM]))
        refused(client, request(client, "POST", "/magic-link/decline", form, [FORM]))
        refused(client, request(client, "GET", f"/api/v1/config?domain={text}"), 400, 404)
        refused(client, request(client, "GET", f"/api/v1/config?client_id={text}"))
        for target in (f"{address(client, '/api/v1/auth/status')}&identifier={text}", f"/dev/mail/messages?to={text}"):
            assert quickly(client, request(client, "GET", target)).status < 500
    is_alive(server)


def test_strange_bytes_in_headers_are_stored_escaped_or_refused(server: RunningServer) -> None:
    client = server.client
    target = address(client, f"{BASE}/send")
    for name in ("User-Agent", "X-Client-Id", "Cookie", "Origin", "Referer", "Accept-Language", "X-Trace-Id"):
        for value in (
            "\x00",
            "a\x00b",
            "\x0b",
            "\x7f",
            "\xff\xfe",
            "\x1b[31m",
            "a" * 10_000,
            '"',
            "gatepass_browser=\xff" * 30,
        ):
            whole = request(client, "POST", target, {"email": "a@example.com"}, [(name, value)])
            assert quickly(client, whole).status in {200, 400, 403, 431}, (name, value)
    assert (
        exchange(client, request(client, "GET", f"{BASE}/status?state=x", headers=[("X-Client-Id", "\xff")])).status
        == 400
    )
    assert exchange(client, request(client, "GET", target, headers=[("X", "y" * 20_000)])).status == 431
    is_alive(server)


def test_the_wrong_kind_of_content_is_named(server: RunningServer) -> None:
    client = server.client
    for kind in (
        "",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/xml",
        "multipart/form-data; boundary=x",
    ):
        for path in DOORS:
            whole = request(
                client, "POST", address(client, path), b'{"email":"a@example.com"}', [("Content-Type", kind)]
            )
            assert refused(client, whole, 415).json()["error_code"] == "unsupported_media_type"
        refused(client, request(client, "POST", "/magic-link", b"a=b", [("Content-Type", kind)]), 415)
    refused(client, request(client, "POST", address(client, f"{BASE}/send")), 415)
    gzip = [JSON, ("Content-Encoding", "gzip")]
    refused(client, request(client, "POST", address(client, f"{BASE}/send"), b"\x1f\x8b\x08\x00" + b"\x00" * 99, gzip))
    assert server.read(lambda tx: tx.one(_OUTBOX)) == 0


def test_a_parameter_that_is_named_twice_is_refused(server: RunningServer) -> None:
    client = server.client
    state = client.send("victim@example.com")["state"]
    mail = client.wait_for_mail("victim@example.com")
    once = address(client, f"{BASE}/status", state=state)
    refused(client, request(client, "GET", f"{once}&state=other"))
    refused(client, request(client, "GET", f"{once}&wait=0&wait=1"))
    twice = f"{mail.link.partition('?')[2]}&magictext=other"
    refused(client, request(client, "GET", f"{BASE}/verify?{twice}"))
    assert quickly(client, request(client, "GET", f"{once}&state={state}&client_id=&client_id=other")).status == 200
    assert client.verify_link(mail).status_code == 200
