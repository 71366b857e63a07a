"""Forms that people submit on our own pages."""

from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from gatepass.gate.model import MOST_BODY_BYTES
from gatepass.gate.pages.csrf import CSRF_FIELD, CsrfTokens
from gatepass.gate.reading import malformed
from gatepass.kit.problems import Problem

_MOST_FIELDS = 50


async def read_guarded_form(request: Request, tokens: CsrfTokens, browser_hash: bytes | None) -> dict[str, str]:
    """Return the fields of a form that one of our pages sent and that carries the token of this browser.

    Args:
        request: what the browser sent.
        tokens: judge the field `csrf_token`.
        browser_hash: the hash of the browser's cookie, None where it sent none.

    Raises:
        Problem: another site sent it or the token is missing or another's (`cross_site_form`, 403), it is no form
            (415), too large (413) or malformed.
    """
    fields = await read_form(request)
    tokens.refuse_foreign(fields.pop(CSRF_FIELD, ""), browser_hash)
    return fields


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form that one of our pages sent.

    Raises:
        Problem: another site sent it (`cross_site_form`, 403), it is no form (415), too large (413) or malformed.
    """
    refuse_cross_site(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise Problem("unsupported_media_type", 415, "Send the form as the page does.")
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > MOST_BODY_BYTES:
                raise Problem("body_too_large", 413, f"Send at most {MOST_BODY_BYTES // 1024} KiB in one request.")
            pieces.append(piece)
    except ClientDisconnect:
        raise malformed("The connection ended before the form did.") from None
    try:
        pairs = parse_qsl(
            b"".join(pieces).decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise malformed("The form could not be read; go back and send it again.") from None
    return dict(pairs)


def refuse_cross_site(request: Request) -> None:
    """Let a form pass that our own page sent, by what the browser says of its source (Fetch Metadata).

    Raises:
        Problem: another site's page sent it (`cross_site_form`, 403).
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    # A browser without Fetch Metadata says `null` on pages that send no referrer; there the form's own secrets decide.
    own = origin in {None, "null"} or origin.partition("://")[2] == request.headers.get("host", "")
    if site in {"cross-site", "same-site"} or (site is None and not own):
        raise Problem(
            "cross_site_form", 403, "Open the page from the mail, or where you came from, and use the form there."
        )
