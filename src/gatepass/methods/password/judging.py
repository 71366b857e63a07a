"""What takes a processor: judging a password, making hashes, and finding out whether a new one is good enough."""

from dataclasses import dataclass
from typing import Final

from gatepass.applications.model import Application
from gatepass.kit.secrets import KeyRing, SealBroken
from gatepass.methods.password.breaches.asking import Breaches
from gatepass.methods.password.hashing import foreign
from gatepass.methods.password.hashing.own import OwnHashes
from gatepass.methods.password.hashing.pool import HashingPool
from gatepass.methods.password.model import Held, Verdict, Weakness
from gatepass.methods.password.rules import length_weakness, normalize, score
from gatepass.users.flows import open_credential
from gatepass.users.model import ImportedCredential

_WRONG: Final = Verdict(is_right=False)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges passwords in the pool; whoever calls holds a place there and no transaction.

    Args:
        pool: where it happens.
        own: our hashes.
        key_ring: opens hashes that came with an import.
        breaches: knows what is known from breaches.
    """

    pool: HashingPool
    own: OwnHashes
    key_ring: KeyRing
    breaches: Breaches

    async def verify(self, held: Held, unverified_password: str) -> Verdict:
        """Judge a password; one hash is computed whether its owner exists or not.

        Args:
            held: what the address has.
            unverified_password: as it was typed.
        """
        imported = held.imported if held.stored is None else None
        value = {} if imported is None else self._opened(imported)

        def work() -> Verdict:
            typed = normalize(unverified_password)
            if imported is not None:
                spellings = dict.fromkeys((unverified_password, typed))
                if not any(foreign.verify(imported.scheme, value, spelling) for spelling in spellings):
                    return _WRONG
                return Verdict(is_right=True, rehashed=self.own.make(typed))
            hashed = self.own.dummy() if held.stored is None else held.stored.hashed
            if not self.own.verify(hashed, typed) or held.stored is None:
                return _WRONG
            return Verdict(is_right=True, rehashed=self.own.make(typed) if self.own.is_outdated(hashed) else "")

        return await self.pool.run(work)

    async def weakness(self, unverified_password: str, application: Application, address: str) -> Weakness | None:
        """Return why a new password is not good enough for an application; None where it is.

        Args:
            unverified_password: as it was typed.
            application: whose policy counts.
            address: its owner's, which others will guess first.
        """
        policy, password = application.methods.password, normalize(unverified_password)
        if found := length_weakness(password, policy):
            return found
        if policy.least_score and await self.score(password, application, address) < policy.least_score:
            return Weakness.GUESSABLE
        if policy.refuses_breached and await self.breaches.knows(password):
            return Weakness.BREACHED
        return None

    async def score(self, unverified_password: str, application: Application, address: str) -> int:
        """Return how hard a password is to guess, 0 to 4."""
        password = normalize(unverified_password)
        return await self.pool.run(lambda: score(password, (address, application.name)))

    async def make(self, password: str) -> str:
        """Return the hash of a new password."""
        return await self.pool.run(lambda: self.own.make(normalize(password)))

    def _opened(self, imported: ImportedCredential) -> dict[str, object]:
        try:
            return dict(open_credential(imported, self.key_ring))
        except SealBroken:
            # Another server's keys sealed it: nobody's password, and the same answer.
            return {}
