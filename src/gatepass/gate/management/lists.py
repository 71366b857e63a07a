"""Answers that are pages of a list: the rows, and by a header where the list goes on (RFC 8288)."""

from typing import Any
from urllib.parse import urlencode

from gatepass.gate.model import Call, Reply, encode_answer
from gatepass.kit.lookups.paging import Page


def listed(call: Call[Any, Any], page: Page[Any], *, answer: Any = None, path: str) -> Reply:
    """Return a page as the documented array, or as another answer, with `Link: …; rel="next"` where more follows.

    Args:
        call: the request, whose query the next page repeats.
        page: the rows, ready to be written.
        answer: what is answered in place of the bare array.
        path: the path of this call, with its parts filled in.
    """
    body = encode_answer(list(page.items) if answer is None else answer)
    if not page.next_after:
        return Reply(body)
    kept = [(name, value) for name, value in call.sent_query.items() if name != "cursor" and value]
    query = urlencode([*kept, ("cursor", page.next_cursor)])
    return Reply(body, headers=[(b"link", f'<{path}?{query}>; rel="next"'.encode())])
