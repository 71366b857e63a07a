"""The spine never speaks HTTP.

The story: a session that reads a cookie, or a token that knows a status code, can only be used by the door that it
was written for; the second door then copies it, and the copies disagree. Requests are parsed at the doors; `login`,
`tokens`, `sessions`, `access`, `organizations`, `users` and `applications` get values and give values, to every door
the same.
"""

from collections.abc import Iterator

from tools.rules.plan import SPINE, package, place
from tools.rules.source import Finding, House

_HTTP = (
    *("starlette", "uvicorn", "httptools", "h11", "httpx", "httpx2", "httpcore2", "requests", "urllib3", "aiohttp"),
    *("python_multipart", "multipart", "http", "urllib.request", "wsgiref", "gatepass.kit.http", "gatepass.gate"),
)
_DOORS = {"routes", "pages"}


def check(house: House) -> Iterator[Finding]:
    """Yield every HTTP library in the spine, and every door there."""
    for source in house.under("src"):
        if package(source.module) not in SPINE:
            continue
        here = place(source.module)
        if here is not None and here.part in _DOORS:
            yield source.finding(
                1, f"{here.slice} is part of the spine and has no doors; put this into api or a method"
            )
        for imported in source.imports:
            if any(imported.target == name or imported.target.startswith(f"{name}.") for name in _HTTP):
                yield source.finding(
                    imported.line, f"{imported.target}: the spine never speaks HTTP; parse at the door"
                )
