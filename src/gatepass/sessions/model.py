"""What a session is."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gatepass.audit.model import Actor, ActorKind, Origin
from gatepass.users.model import User

_NOTED_EVERY = timedelta(minutes=5)


def acr_of(amr: tuple[str, ...]) -> str:
    """Return the assurance of a proof: `aal2` where more than one factor was proven, `aal1` otherwise."""
    return "aal2" if "mfa" in amr else "aal1"


@dataclass(frozen=True, slots=True)
class Session:
    """One person signed in at one place.

    `browser_hash` is the hash of the cookie of the browser that holds it; None where an application alone does.
    `authenticated_at` moves when its holder proves anew who they are, `created_at` never does. `actor` is who acts in
    the person's place, as `kind:id:name`; empty where the person does themselves.
    """

    id: str
    user_id: str
    application_id: str
    amr: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    network: str
    user_agent: str
    browser_hash: bytes | None
    authenticated_at: datetime
    last_seen_at: datetime
    actor: str = ""

    @property
    def is_acted(self) -> bool:
        """Tell whether somebody else acts in the person's place."""
        return bool(self.actor)

    @property
    def acted_by(self) -> Actor:
        """Return who acts in the person's place, and for whom; nobody where the person does themselves."""
        if not self.actor:
            return Actor()
        kind, actor_id, name = self.actor.split(":", 2)
        return Actor(ActorKind(kind), actor_id, name, acting_as=self.user_id)

    def seen_from(self, origin: Origin) -> Origin:
        """Return where something in this session came from, with whoever acts in the person's place."""
        return replace(origin, actor=self.acted_by) if self.actor else origin

    @property
    def acr(self) -> str:
        """Return its assurance: `aal2` where more than one factor was proven, `aal1` otherwise."""
        return acr_of(self.amr)

    def is_over(self, now: datetime, idle: timedelta | None = None) -> bool:
        """Tell whether the session was revoked or its time is over.

        Args:
            now: the time.
            idle: after how long without use it is over too; None where that does not count.
        """
        if self.revoked_at is not None or self.expires_at <= now:
            return True
        return idle is not None and self.last_seen_at + idle <= now

    def is_noted(self, now: datetime, idle: timedelta) -> bool:
        """Tell whether its last use was written down so recently that another one need not be.

        So reading a page seldom writes; and it is written down several times before the session grows idle.

        Args:
            now: the time.
            idle: after how long without use it is over.
        """
        return now < self.last_seen_at + min(_NOTED_EVERY, idle / 4)

    def is_fresh(self, now: datetime, within: timedelta) -> bool:
        """Tell whether its holder proved who they are within a length of time."""
        return now < self.authenticated_at + within


@dataclass(frozen=True, slots=True)
class Account:
    """One of the accounts that a browser is signed in to."""

    session: Session
    user: User
