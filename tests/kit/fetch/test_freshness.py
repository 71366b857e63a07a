"""How long an answer may be kept."""

from datetime import timedelta

import pytest

from gatepass.kit.fetch.freshness import fresh_for

_DATE = "Mon, 05 Jan 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public"}, None),
        ({"cache-control": "public, max-age=300"}, 300),
        ({"cache-control": 'Max-Age="300"'}, 300),
        ({"cache-control": "max-age=300", "age": "100"}, 200),
        ({"cache-control": "max-age=300", "age": "400"}, 0),
        ({"cache-control": "max-age=300, no-store"}, 0),
        ({"cache-control": "no-cache"}, 0),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": "max-age=" + "9" * 400}, 999_999_999),
        ({"expires": "Mon, 05 Jan 2026 12:10:00 GMT", "date": _DATE}, 600),
        ({"expires": "Mon, 05 Jan 2026 11:00:00 GMT", "date": _DATE}, 0),
        ({"expires": "0", "date": _DATE}, 0),
        ({"expires": "Mon, 05 Jan 2026 12:10:00 GMT"}, 0),
        ({"expires": "Mon, 05 Jan 2026 12:10:00 -0000", "date": _DATE}, 0),
        ({"cache-control": "max-age=5", "expires": "0"}, 5),
    ],
)
def test_a_server_says_how_long_its_answer_is_fresh(headers: dict[str, str], seconds: int | None) -> None:
    assert fresh_for(headers) == (None if seconds is None else timedelta(seconds=seconds))
