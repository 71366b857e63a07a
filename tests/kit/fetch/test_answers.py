"""What is read of an answer to a message: its status whatever follows, and no more of its body than was asked for."""

import asyncio

import anyio
import pytest

from gatepass.kit.fetch import Answered, Fetcher, FetchRefused, RefusalReason
from kit.fetch.web import Answer, says, serving, trickles

pytestmark = pytest.mark.anyio


async def _posted(answer: Answer, *, limit_bytes: int = 100, seconds: float = 5) -> Answered:
    async with serving(answer) as web:
        url = f"http://127.0.0.1:{web.port}/"
        fetcher = Fetcher(allow_loopback=True)
        return await fetcher.post_for_answer(url, b"{}", {}, limit_bytes=limit_bytes, seconds=seconds)


async def test_the_status_the_headers_and_the_body_are_told() -> None:
    answer = await _posted(says(b"not today", status=503, headers=["Retry-After: 7"]))
    assert (answer.status, answer.headers["retry-after"], answer.beginning) == (503, "7", b"not today")


async def test_of_a_long_body_the_beginning_is_read() -> None:
    answer = await _posted(says(b"x" * 1_000_000), limit_bytes=4096)
    assert answer.beginning == b"x" * 4096


async def test_a_body_that_never_ends_does_not_undo_the_status() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with anyio.fail_after(3):
        answer = await _posted(trickles(head, b".", pause=0.05), seconds=0.5)
    assert answer.status == 200
    assert 0 < len(answer.beginning) < 100


async def test_a_body_that_breaks_off_does_not_undo_the_status() -> None:
    async def breaks(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\nthank")

    answer = await _posted(breaks)
    assert (answer.status, answer.beginning) == (202, b"thank")


async def test_who_never_answers_is_left_in_time() -> None:
    async def silence(_: asyncio.StreamWriter) -> None:
        await anyio.sleep(30)

    with anyio.fail_after(3), pytest.raises(FetchRefused) as refused:
        await _posted(silence, seconds=0.3)
    assert refused.value.reason is RefusalReason.TOO_SLOW
