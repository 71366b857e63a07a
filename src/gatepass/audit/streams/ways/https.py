"""To an HTTPS receiver: one POST a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gatepass.audit.streams.model import Batching, NotTaken, StreamFormat, StreamTarget
from gatepass.kit.fetch import Fetcher, FetchRefused

_SECONDS: Final = 15.0
_TAKEN: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class HttpsWay:
    """Posts batches.

    Args:
        fetcher: the guarded way to addresses that others chose.
    """

    fetcher: Fetcher

    async def send(self, target: StreamTarget, form: StreamFormat, lines: Sequence[bytes]) -> None:
        """Post a batch; any answer between 200 and 299 takes it.

        Raises:
            NotTaken: no such answer came.
        """
        is_array = target.batching is Batching.ARRAY and form is not StreamFormat.CEF
        body = b"[" + b",".join(lines) + b"]" if is_array else b"".join(line + b"\n" for line in lines)
        headers = {**target.headers, "content-type": _media_type(form, is_array=is_array)}
        try:
            status = await self.fetcher.post(target.url, body, headers, seconds=_SECONDS)
        except FetchRefused as refused:
            raise NotTaken(refused.sentence) from refused
        if status not in _TAKEN:
            raise NotTaken(f"The receiver answered {status}.")


def _media_type(form: StreamFormat, *, is_array: bool) -> str:
    if form is StreamFormat.CEF:
        return "text/plain; charset=utf-8"
    return "application/json" if is_array else "application/x-ndjson"
