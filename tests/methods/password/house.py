"""A shop that offers passwords, and ways to get one there."""

from dataclasses import replace
from typing import Any

from gatepass.applications.model import Application, MethodPolicies, PasswordPolicy
from gatepass.audit.model import Origin
from gatepass.kit.mail.addresses import EmailAddress, parse_address
from gatepass.login.flows import HandedOut
from gatepass.methods.password.model import Asker, Requested
from support.spine import ORIGIN, SHOP, Spine

GOOD = "vier blaue Klaviere im Regen"
BETTER = "ein Kamel schreibt Gedichte"
OFFER = MethodPolicies(offered=("magic_link", "one_time_code", "password"))
SHOP_WITH_PASSWORDS = replace(SHOP, name="Garden", methods=OFFER)
ASKER = Asker(ORIGIN)
ELSEWHERE = Asker(Origin("198.51.100.9", "Other/2.0"))


def address_of(email: str) -> EmailAddress:
    return parse_address(email, allow_test_domains=True)


def strict(**policy: Any) -> MethodPolicies:
    """Return policies that offer passwords under a stricter rule."""
    return replace(OFFER, password=PasswordPolicy(**policy))


async def garden(spine: Spine) -> Application:
    """Register an application that offers passwords."""
    return await spine.register(SHOP_WITH_PASSWORDS)


async def set_password(shop: Spine, application: Application, email: str, password: str = GOOD) -> HandedOut:
    """Set somebody's password by the code of the mail."""
    asked = await shop.house.passwords.resets.request(application, address_of(email), ASKER)
    assert isinstance(asked, Requested), asked
    code = str((await shop.mail(email))["code"])
    outcome = await shop.house.passwords.resets.complete(application, asked.state, code, password, ASKER)
    assert isinstance(outcome, HandedOut), outcome
    return outcome
