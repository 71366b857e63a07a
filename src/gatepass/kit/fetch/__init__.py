"""The only HTTP client of the house, for addresses that somebody else has chosen.

A client registers where its keys lie and where it wants to hear of a sign-out; without a guard each such address is a
way into the operator's own network. The guard stands where connections are made: a name is resolved once, every address
that it has must be reachable for the whole world, and the connection goes to exactly the address that was judged, so
that a name which answers differently the second time is never asked a second time. The certificate is checked by the
name. Redirects are not followed, cookies, proxies and credentials of the environment are not known, and time and size
are bounded. Every fault is one exception with a reason. The kit knows nothing of what it fetches; the HTTP library is
loaded with the first request, because most processes never make one.
"""

from gatepass.kit.fetch.faults import FetchRefused, RefusalReason
from gatepass.kit.fetch.fetcher import Answered, Fetched, Fetcher
from gatepass.kit.fetch.resolving import Resolver
from gatepass.kit.fetch.targets import Target, parse_target

__all__ = ["Answered", "FetchRefused", "Fetched", "Fetcher", "RefusalReason", "Resolver", "Target", "parse_target"]
