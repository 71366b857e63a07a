"""What journeys meet besides the server: other people's applications, proxies, and browsers that are listened to."""

from support.browsing import new_visitor
from support.proxy import make_tls_proxy
from support.relying_party import relying_party
from support.shop import shop

__all__ = ["make_tls_proxy", "new_visitor", "relying_party", "shop"]
