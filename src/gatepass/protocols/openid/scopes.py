"""The scopes of OpenID Connect that every application may ask for, with what each of them shows."""

from typing import Final

STANDARD: Final = ("openid", "profile", "email", "phone")
"""OpenID Connect Core §3.1.2.1 and §5.4; a postal address is kept of nobody, so that its scope is not known here."""
OFFLINE: Final = "offline_access"
"""OpenID Connect Core §11; only for who may stay signed in."""
