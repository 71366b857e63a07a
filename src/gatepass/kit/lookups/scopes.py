"""The scopes that open the management API, by name.

They stand below every slice because all of them must agree on the same list: applications of strangers may never be
given one, no token of a person may carry one, and the gate asks for one at each management call.
"""

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a management token, an API key or an operator may do."""

    OWNER = "sys_owner"
    ADMIN = "sys_admin"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    USERS_IMPERSONATE = "users:impersonate"
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_WRITE = "organizations:write"
    ROLES_READ = "roles:read"
    ROLES_WRITE = "roles:write"
    APPLICATIONS_READ = "applications:read"
    APPLICATIONS_WRITE = "applications:write"
    APPLICATIONS_SECRETS = "applications:secrets"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    DOMAINS_READ = "domains:read"
    DOMAINS_WRITE = "domains:write"
    EVENTS_READ = "events:read"
    STREAMS_READ = "streams:read"
    STREAMS_WRITE = "streams:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    API_KEYS_READ = "api_keys:read"
    API_KEYS_WRITE = "api_keys:write"


# A text that stands in a set of the members equals one, so that what a stranger sent can be looked up as it is.
MANAGEMENT_SCOPES: Final[frozenset[str]] = frozenset(Scope)
"""The scopes that open the management API; they are granted to applications, API keys and operators alone."""
