"""What tests of codes by SMS share: an application that offers them, and what the developer's page would show."""

from dataclasses import replace
from typing import Any

from gatepass.applications.model import Application, MethodPolicies, Registration, SmsPolicy
from gatepass.methods.sms_code.model import DevMessage, Requested, Visitor
from gatepass.methods.sms_code.queries import dev_messages
from support.spine import SHOP, Spine

PHONE = "+4915112345678"
VISITOR = Visitor(None, "192.0.2.7", "Agent/1.0", "")


def offering(**policy: Any) -> Registration:
    """Return the registration of an application that offers codes by SMS."""
    methods = MethodPolicies(offered=("magic_link", "sms_code"), sms=SmsPolicy(**policy))
    return replace(SHOP, name="Phone shop", methods=methods)


async def by_phone(spine: Spine, **policy: Any) -> Application:
    """Register an application that offers codes by SMS."""
    return await spine.register(offering(**policy))


async def newest(spine: Spine, number: str = PHONE) -> DevMessage:
    """Return the newest message to a number."""
    found = await spine.read(lambda tx: dev_messages(tx, recipient=number))
    assert found, f"no message to {number}"
    return found[0]


async def ask(spine: Spine, application: Application, number: str = PHONE, visitor: Visitor = VISITOR) -> str:
    """Ask for a code and return the state."""
    asked = await spine.house.sms.request(application, number, visitor)
    assert isinstance(asked, Requested), asked
    return asked.state
