"""An application whose people sign in by code alone."""

from dataclasses import replace
from typing import Any

from gatepass.applications.model import Application, EmailCodePolicy, MethodPolicies
from gatepass.kit.mail.addresses import parse_address
from gatepass.methods.one_time_code.model import Asker
from support.spine import SHOP, Spine

ANA = "ana@example.com"
ASKER = Asker(None, "192.0.2.7", "Agent/1.0", unverified_host="localhost")


async def by_code(spine: Spine, **policy: Any) -> Application:
    """Register an application that offers nothing but codes by e-mail, which behave as said."""
    methods = MethodPolicies(offered=("one_time_code",), email_code=EmailCodePolicy(**policy))
    return await spine.register(replace(SHOP, methods=methods))


async def ask(spine: Spine, application: Application, asker: Asker = ASKER) -> str:
    """Ask for a code and return the state."""
    return (await spine.house.codes.request(application, parse_address(ANA), asker)).state
