"""Where the pages are, and the ways to sign in that they offer."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from gatepass.login.model import Method
from gatepass.methods.sms_code.model import METHOD as SMS_CODE

SIGN_IN: Final = "/sign-in"
CHECK_INBOX: Final = "/sign-in/check-inbox"
CODE: Final = "/sign-in/code"
RESEND: Final = "/sign-in/resend"
EVENTS: Final = "/sign-in/events"
PHONE: Final = "/sign-in/phone"
PHONE_CODE: Final = "/sign-in/phone/code"
PHONE_RESEND: Final = "/sign-in/phone/resend"
PASSKEY: Final = "/sign-in/passkey"
PASSKEY_OPTIONS: Final = "/sign-in/passkey/options"
OFFER: Final = "/sign-in/passkey/offer"
OFFER_OPTIONS: Final = "/sign-in/passkey/offer/options"
OFFER_NEW: Final = "/sign-in/passkey/offer/new"
FACTOR: Final = "/sign-in/factor"
FACTOR_SEND: Final = "/sign-in/factor/send"
FACTOR_OPTIONS: Final = "/sign-in/factor/options"
FACTOR_ENROL: Final = "/sign-in/factor/enrol"
FACTOR_SKIP: Final = "/sign-in/factor/skip"
CONTINUE: Final = "/sign-in/continue"
CHOOSE_ACCOUNT: Final = "/choose-account"
CONSENT: Final = "/consent"
SIGNED_OUT: Final = "/signed-out"


def waiting_page(method: str) -> str:
    """Return the page on which a browser waits for what an attempt by a method has sent."""
    return PHONE_CODE if method == SMS_CODE else CHECK_INBOX


def address(path: str, unverified_handle: str, **further: str) -> str:
    """Return the address of a page for a request that waits.

    Args:
        path: the page's path.
        unverified_handle: the handle of the request, as it was sent.
        further: further parameters.
    """
    return f"{path}?{urlencode({'request': unverified_handle, **further})}"


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to sign in, as the first page offers it.

    Args:
        method: what proves who somebody is.
        label: what its button says, marked for the translators; the first offer is the page's own form.
        path: its first page, which takes `request`.
    """

    method: Method
    label: str
    path: str


def further_ways(offers: tuple[Offer, ...], offered: tuple[str, ...], unverified_handle: str) -> list[dict[str, str]]:
    """Return the ways beside the first page's own form, in their order, as the template shows them.

    Args:
        offers: those that there are pages for.
        offered: the keys of those that the application offers.
        unverified_handle: the handle of the request, as it was sent.
    """
    return [
        {"key": offer.method.key, "label": offer.label, "action": address(offer.path, unverified_handle)}
        for offer in offers
        if offer.path != SIGN_IN and offer.method.key in offered and offer.method.is_ready_for(None)
    ]
