"""What the person is to be asked, and how old their proof may be (OpenID Connect Core §3.1.2.1)."""

import re

import msgspec

from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.authorization.checks.asked import Asked
from gatepass.provider.authorization.model import AuthorizationRequest, Prompt

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


def check(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with what the person is to be asked.

    Raises:
        Refused: it names something that nobody can be asked, or `none` with something else (`invalid_request`).
    """
    words = (asked.parameters.get("prompt") or "").split()
    if any(word not in set(Prompt) for word in words):
        raise Refused("invalid_request", f"The prompt is made of {', '.join(Prompt)}.")
    prompt = tuple(dict.fromkeys(Prompt(word) for word in words))
    if Prompt.NONE in prompt and len(prompt) > 1:
        raise Refused("invalid_request", "The prompt none stands alone.")
    return msgspec.structs.replace(request, prompt=prompt)


def check_age(asked: Asked, request: AuthorizationRequest) -> AuthorizationRequest:
    """Return the request with how many seconds old a proof may be.

    Raises:
        Refused: that is no whole number (`invalid_request`).
    """
    unverified_text = asked.parameters.get("max_age")
    if unverified_text is None:
        return request
    if _SECONDS.fullmatch(unverified_text) is None:
        raise Refused("invalid_request", "The max_age is a whole number of seconds.")
    return msgspec.structs.replace(request, max_age=int(unverified_text))
