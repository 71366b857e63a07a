"""How often things may be tried, a sentence per setting."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """Bound how often things may be tried; each process counts for itself."""

    sends_per_address_and_hour: int = field(
        default=5, metadata={"doc": "Mails that one address may be sent within any hour, so that nobody is bombed."}
    )
    sends_per_network_and_hour: int = field(
        default=60,
        metadata={"doc": "Mails that one client network (IPv4 address, IPv6 /64) may ask for within any hour."},
    )
    sends_per_application_and_minute: int = field(
        default=3_000, metadata={"doc": "Mails that one application may ask for within any minute."}
    )
    verifies_per_network_and_minute: int = field(
        default=60, metadata={"doc": "Links and codes that one client network may present within any minute."}
    )
    polls_per_attempt_and_minute: int = field(
        default=60, metadata={"doc": "How often the status of one login attempt may be asked within any minute."}
    )
    polls_per_network_and_minute: int = field(
        default=600, metadata={"doc": "How often one client network may ask for a status within any minute."}
    )
    checks_per_application_and_minute: int = field(
        default=60_000,
        metadata={"doc": "Links, codes and statuses that one application may present or ask for within any minute."},
    )
    refreshes_per_network_and_minute: int = field(
        default=3_000, metadata={"doc": "Refreshes that one client network may ask for within any minute."}
    )
    tokens_per_network_and_minute: int = field(
        default=3_000,
        metadata={"doc": "Token requests of public applications that one client network may make within any minute."},
    )
    tokens_per_application_and_minute: int = field(
        default=60_000,
        metadata={"doc": "Token requests, introspections and revocations of one application within any minute."},
    )
    authorizations_per_network_and_minute: int = field(
        default=600,
        metadata={"doc": "Authorization requests that browsers of one client network may begin within any minute."},
    )
    failures_per_network_and_minute: int = field(
        default=60,
        metadata={
            "doc": "Failures to prove to be an application, or to present a good token, that one client network is "
            "answered, and that are recorded, within any minute."
        },
    )
    failures_per_application_and_minute: int = field(
        default=600,
        metadata={"doc": "Failures to prove to be one application that are answered, and recorded, within any minute."},
    )
    registrations_per_network_and_hour: int = field(
        default=60,
        metadata={"doc": "Clients that one client network may register, or whose registration it may change, an hour."},
    )
    documents_per_network_and_minute: int = field(
        default=20,
        metadata={"doc": "Client documents that one client network may have fetched within any minute."},
    )
    management_calls_per_caller_and_minute: int = field(
        default=6_000,
        metadata={
            "doc": "Calls of the management API that one application, API key, operator or person may make within any "
            "minute."
        },
    )
    scale: float = field(
        default=1.0,
        metadata={"doc": "Multiplies every count above, for development and load tests; 1 in production."},
    )

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError("scale must be greater than 0.")
