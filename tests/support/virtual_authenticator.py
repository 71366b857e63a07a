"""An authenticator on the device of a page, as Chromium lends it to tests."""

from typing import Any

from playwright.sync_api import CDPSession, Page


class VirtualAuthenticator:
    """What unlocks passkeys on the device of a page (WebAuthn §11.2); it says yes until it is told otherwise."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable", {"enableUI": False})
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        found = self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})
        return list(found["credentials"])

    def refuse(self) -> None:
        """Let its owner fail to unlock it."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": False})

    def forget(self) -> None:
        """Let it hold nothing any more."""
        self._session.send("WebAuthn.clearCredentials", {"authenticatorId": self._id})
