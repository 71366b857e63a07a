"""How whoever did something looks on the wire."""

import msgspec

from gatepass.audit.model import Actor


class ActorAnswer(msgspec.Struct, frozen=True):
    """Who did something."""

    kind: str
    id: str
    name: str


def actor_answer(actor: Actor) -> ActorAnswer:
    """Return who did something."""
    return ActorAnswer(actor.kind.value, actor.id, actor.name)
