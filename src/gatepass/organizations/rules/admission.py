"""Who may be a member of an organization."""

from collections.abc import Collection

from gatepass.organizations.model import Organization


def domain_of(address: str) -> str:
    """Return the domain of an e-mail address, in lower case."""
    return address.rpartition("@")[2].lower()


def admits(organization: Organization, domains: Collection[str], address: str) -> bool:
    """Tell whether somebody with an address may be a member.

    An organization that lists no domain has nothing that anybody could be outside of.

    Args:
        organization: which one.
        domains: those that it lists, each by itself: what is below one is another one.
        address: the person's e-mail address.
    """
    return organization.allows_outsiders or not domains or domain_of(address) in domains
