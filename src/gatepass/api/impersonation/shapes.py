"""What is sent and answered about impersonations."""

from datetime import datetime

import msgspec

from gatepass.impersonation.model import Impersonation, Standing


class ImpersonationBody(msgspec.Struct, frozen=True):
    """Why somebody acts in a person's place, for how many minutes (5 to 60), and in which application."""

    reason: str
    client_id: str
    minutes: int = 15


class ActorAnswer(msgspec.Struct, frozen=True):
    """Who acts: a user who operates the server, an application or an API key."""

    type: str
    id: str
    name: str


class ImpersonationAnswer(msgspec.Struct, frozen=True):
    """Who acts in a person's place, why and until when; `status` is waiting, running, ended or unused."""

    id: str
    user_id: str
    actor: ActorAnswer
    reason: str
    application_id: str
    status: Standing
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class BegunAnswer(msgspec.Struct, frozen=True):
    """The same, with the link that opens it once within five minutes; nothing else ever shows the link."""

    id: str
    url: str
    open_until: datetime
    user_id: str
    actor: ActorAnswer
    reason: str
    application_id: str
    status: Standing
    created_at: datetime
    expires_at: datetime


class Ended(msgspec.Struct, frozen=True):
    """Whether this call ended it; it may have been over before."""

    success: bool


def answer_of(impersonation: Impersonation, now: datetime) -> ImpersonationAnswer:
    """Return what is answered of an impersonation."""
    return ImpersonationAnswer(
        impersonation.id,
        impersonation.user_id,
        _actor(impersonation),
        impersonation.reason,
        impersonation.application_id,
        impersonation.standing(now),
        impersonation.created_at,
        impersonation.expires_at,
        impersonation.ended_at,
    )


def begun_of(impersonation: Impersonation, url: str, now: datetime) -> BegunAnswer:
    """Return what is answered of an impersonation that was just begun."""
    return BegunAnswer(
        impersonation.id,
        url,
        impersonation.open_until,
        impersonation.user_id,
        _actor(impersonation),
        impersonation.reason,
        impersonation.application_id,
        impersonation.standing(now),
        impersonation.created_at,
        impersonation.expires_at,
    )


def _actor(impersonation: Impersonation) -> ActorAnswer:
    actor = impersonation.actor
    return ActorAnswer(actor.kind.value, actor.id, actor.name)
