"""What pages show of a person."""

from gatepass.users.model import User


def shown(user: User) -> dict[str, str]:
    """Return what a page shows of a person: the address or the phone number, and the name where one is known."""
    return {"address": user.contact, "name": user.name}
