"""Proofs that a caller holds a key, to which its tokens are bound (RFC 9449)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gatepass.gate.answers.oauth import challenge
from gatepass.gate.model import Call
from gatepass.kit.clock import Clock
from gatepass.kit.db import Database
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import KeyRing
from gatepass.protocols.jose import TokenRefused, base64url
from gatepass.protocols.jose.compact import read_object, take_apart
from gatepass.protocols.jose.moments import MOST_SKEW_SECONDS
from gatepass.protocols.oauth2.dpop import ALGORITHMS, MOST_AGE_SECONDS, Proof, read_proof
from gatepass.protocols.oauth2.errors import Refused
from gatepass.provider.clients.model import SpentKind, oauth_problem
from gatepass.provider.clients.spending import spend_identifier

# A nonce is made for a slice of time, and good in it and in the next one.
_SECONDS_OF_A_NONCE: Final = 300
_NONCE_BYTES: Final = 16
_REMEMBERED: Final = timedelta(seconds=MOST_AGE_SECONDS + MOST_SKEW_SECONDS)


@dataclass(frozen=True, slots=True)
class Proofs:
    """Judges DPoP proofs and spends them.

    Nonces are derived from the time and the master key, so every process makes the same ones and stores none.
    """

    database: Database
    clock: Clock
    key_ring: KeyRing

    def nonce(self) -> str:
        """Return the nonce that the next proof is to be made with (RFC 9449 §8)."""
        return self._nonce_of(self._slice())

    def header(self) -> tuple[bytes, bytes]:
        """Return the header that hands the nonce out."""
        return b"dpop-nonce", self.nonce().encode()

    def judge_grant(self, call: Call[None, None], urls: Sequence[str]) -> Proof | None:
        """Return what the proof of a token request proves; None where it brings none. It must still be spent.

        Args:
            call: the request; its method is POST.
            urls: the public addresses of the endpoint, of which the proof names one.

        Raises:
            Problem: it does not hold (`invalid_dpop_proof`) or needs a fresh nonce (`use_dpop_nonce`), 400.
        """
        try:
            return self._judge(call, "POST", urls, None, needs_nonce=True)
        except Refused as refused:
            headers = (self.header(),) if refused.error == "use_dpop_nonce" else ()
            raise Problem(
                "proof_refused", 400, refused.description, oauth_error=refused.error, headers=headers
            ) from None

    def judge_use(self, call: Call[None, None], method: str, urls: Sequence[str], access_token: str) -> Proof:
        """Return what the proof beside an access token proves (RFC 9449 §7.1); it must still be spent.

        A nonce may be missing here, because the proof is bound to the token and good once; an old one is refused.

        Raises:
            Problem: there is none or it does not hold (`invalid_dpop_proof`), or its nonce is old, 401.
        """
        try:
            proof = self._judge(call, method, urls, access_token, needs_nonce=False)
        except Refused as refused:
            raise self._unproven(refused) from None
        if proof is None:
            raise self._unproven(Refused("invalid_dpop_proof", "The token is bound to a key; send a DPoP proof."))
        return proof

    async def spend(self, proof: Proof, *, is_use: bool = False) -> None:
        """Spend a proof, so that it is refused a second time on every process (RFC 9449 §11.1).

        Args:
            proof: one that holds.
            is_use: whether it came beside an access token, so that the refusal is a challenge (401).

        Raises:
            Problem: it was used before (`invalid_dpop_proof`).
        """
        expires_at = self.clock.now() + _REMEMBERED + timedelta(seconds=MOST_SKEW_SECONDS)
        name = f"{proof.thumbprint}:{proof.jti}"
        if not await self.database.transact(lambda tx: spend_identifier(tx, SpentKind.DPOP_PROOF, name, expires_at)):
            refused = Refused("invalid_dpop_proof", "The DPoP proof was used before; make one for each request.")
            raise self._unproven(refused) if is_use else oauth_problem(refused)

    def _unproven(self, refused: Refused) -> Problem:
        asked = challenge("DPoP", error=refused.error, error_description=refused.description, algs=" ".join(ALGORITHMS))
        headers = (asked, self.header()) if refused.error == "use_dpop_nonce" else (asked,)
        return Problem("key_not_proven", 401, refused.description, oauth_error=refused.error, headers=headers)

    def _judge(
        self, call: Call[None, None], method: str, urls: Sequence[str], access_token: str | None, *, needs_nonce: bool
    ) -> Proof | None:
        header = call.headers.get(b"dpop")
        if header is None:
            return None
        unverified_proof = header.decode("latin-1")

        def nonce_ok(nonce: str | None) -> bool:
            current = self._slice()
            return not needs_nonce if nonce is None else nonce in {self._nonce_of(current), self._nonce_of(current - 1)}

        return read_proof(
            [unverified_proof],
            method=method,
            url=_named(unverified_proof, urls),
            now=int(self.clock.now().timestamp()),
            nonce_ok=nonce_ok,
            access_token=access_token,
        )

    def _slice(self) -> int:
        return int(self.clock.now().timestamp()) // _SECONDS_OF_A_NONCE

    def _nonce_of(self, slice_number: int) -> str:
        return base64url(self.key_ring.mac("dpop_nonce", str(slice_number))[:_NONCE_BYTES])


def _named(unverified_proof: str, urls: Sequence[str]) -> str:
    """Return which of an endpoint's addresses a proof means: the one that it names, else the first."""
    if len(urls) > 1:
        try:
            named = read_object(take_apart(unverified_proof).payload).get("htu")
        except TokenRefused:
            named = None
        if named in urls:
            return str(named)
    return urls[0]
