"""The offer to go on in HTTP/2, which clients of Java make with each first request over plain HTTP.

A server may ignore it (RFC 9110 §7.8), and we do. But the parser takes the body of a request that offers an upgrade for
another protocol's bytes, so the offer is left out before it reads the head. Nothing else is touched: every other
upgrade, and an offer whose head arrives in pieces, is judged where heads are.
"""

import re

_OFFER = re.compile(rb"\r\nupgrade:[ \t]*h2c[ \t]*(?=\r\n)", re.IGNORECASE)
_END = b"\r\n\r\n"


def without_offer(data: bytes) -> bytes:
    """Return the first bytes of a request without the line that offers HTTP/2, where they hold the whole head."""
    head, end, rest = data.partition(_END)
    if not end:
        return data
    return _OFFER.sub(b"", head + b"\r\n") + end.removeprefix(b"\r\n") + rest
