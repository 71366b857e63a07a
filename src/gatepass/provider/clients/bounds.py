"""How often an application may call, and how often somebody may fail to be one."""

from dataclasses import dataclass

from gatepass.applications.model import Application
from gatepass.gate.model import Call
from gatepass.gate.phases import charge
from gatepass.protection.flows import Limiter
from gatepass.protection.model import Limit, SignInLimits, network_key


@dataclass(frozen=True, slots=True)
class Bounds:
    """Charges callers once it is known who they are: a server of the application's own speaks for many people."""

    limiter: Limiter
    limits: SignInLimits

    def charge_call(self, call: Call[None, None], application: Application, name: str, *, is_proven: bool) -> None:
        """Charge a call to the application that proved itself; one that proved nothing, to its network alone.

        The id of a public client is no secret: were its application charged, anybody could lock everybody out of it.

        Raises:
            Problem: a limit is reached (`too_many_requests`, 429).
        """
        own: tuple[Limit, str] = (self.limits.token_per_application, application.id)
        charge(self.limiter, [own if is_proven else (self.limits.token_per_network, network_key(call.network))], name)

    def charge_failure(self, call: Call[None, None], unverified_client_id: str) -> None:
        """Charge a caller who did not prove what they claim; whoever does prove it is never held up by this.

        Raises:
            Problem: the limit of failures is reached (`too_many_requests`, 429).
        """
        charges = [
            (self.limits.failure_per_network, network_key(call.network)),
            (self.limits.failure_per_application, unverified_client_id),
        ]
        charge(self.limiter, charges, "client_authentication")

    def charge_stranger(self, call: Call[None, None]) -> None:
        """Charge a caller whose token was worth nothing.

        Raises:
            Problem: the limit of failures is reached (`too_many_requests`, 429).
        """
        charge(self.limiter, [(self.limits.failure_per_network, network_key(call.network))], "token_presented")

    def charge_visit(self, network: str, page: str) -> None:
        """Charge a browser that a page of ours sends to sign in, as one that an application sends is charged.

        Args:
            network: where it comes from.
            page: which page sends it, for the log.

        Raises:
            Problem: the limit is reached (`too_many_requests`, 429).
        """
        charge(self.limiter, [(self.limits.authorize_per_network, network_key(network))], page)
