"""Whether a password is known: five digits of its hash go out, and silence takes nobody's password away."""

import hashlib
from typing import Any

import pytest

from gatepass.kit.fetch import Fetcher, FetchRefused, RefusalReason
from gatepass.methods.password.breaches.asking import Breaches

pytestmark = pytest.mark.anyio
URL = "https://breaches.test/range/"
DIGEST = hashlib.sha1(b"password1", usedforsecurity=False).hexdigest().upper()


class Service(Fetcher):
    """Answers with a text, or not at all."""

    def __init__(self, text: str | None) -> None:
        super().__init__()
        self.text = text
        self.asked: list[str] = []

    async def get_text(self, unverified_url: str, headers: Any, **_: Any) -> str:
        assert headers == {"add-padding": "true"}
        self.asked.append(unverified_url)
        if self.text is None:
            raise FetchRefused(RefusalReason.TOO_SLOW, "The host did not answer in time.")
        return self.text


@pytest.mark.parametrize(
    ("text", "is_known", "told"),
    [
        (f"{'0' * 35}:1\r\n{DIGEST[5:]}:7", True, "known"),
        (f"{DIGEST[5:]}:0", False, "unknown"),
        (f"{'0' * 35}:1", False, "unknown"),
        (None, False, "unanswered"),
    ],
    ids=["listed", "padding", "another", "silent"],
)
async def test_the_service_learns_five_digits_and_its_silence_refuses_nobody(
    text: str | None, is_known: bool, told: str
) -> None:
    service, answers = Service(text), list[str]()
    assert await Breaches(None, URL, service, answers.append).knows("password1") is is_known
    assert service.asked == [URL + DIGEST[:5]]
    assert answers == [told]


async def test_where_no_service_is_set_nobody_is_asked() -> None:
    service = Service("")
    assert not await Breaches(None, "", service).knows("password1")
    assert service.asked == []
