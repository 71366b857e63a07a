"""Pure decisions about impersonations."""

from collections.abc import Iterator
from typing import Final

from gatepass.applications.model import Application, GrantType
from gatepass.impersonation.model import Wish

_LEAST_REASON: Final = 10
_MOST_REASON: Final = 500
_LEAST_MINUTES: Final = 5
_MOST_MINUTES: Final = 60


def faults(wish: Wish) -> Iterator[str]:
    """Yield what is wrong with a wish, a sentence each."""
    if not _LEAST_REASON <= len(wish.reason.strip()) <= _MOST_REASON:
        yield f"Say why in {_LEAST_REASON} to {_MOST_REASON} characters, in reason."
    if not wish.reason.isprintable():
        yield "The reason is one line of text, without control characters."
    if not _LEAST_MINUTES <= wish.minutes <= _MOST_MINUTES:
        yield f"Ask for {_LEAST_MINUTES} to {_MOST_MINUTES} minutes, in minutes."


def why_not_for(application: Application) -> str:
    """Return why nobody acts in a person's place in an application; empty where somebody may."""
    if application.is_of_a_stranger or application.oauth.is_third_party:
        return "The application is somebody else's; people are shown to your own applications alone."
    if GrantType.AUTHORIZATION_CODE not in application.grants:
        return "The application signs nobody in by a browser, so that there is nothing to see in it."
    return ""
