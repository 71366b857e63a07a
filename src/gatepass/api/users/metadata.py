"""The metadata of users: what applications may read of it, and what this API alone shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from gatepass.access.model import Scope
from gatepass.api.users.desk import CHANGE_ERRORS, MISSING, UserDesk, row
from gatepass.api.users.listing import PATH
from gatepass.api.users.shapes.answers import MetadataAnswer, metadata_answer
from gatepass.gate.management.versions import versioned
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.users import flows as users
from gatepass.users.model import Person, PersonChange

_METADATA = f"{PATH}/{{user_id}}/metadata"


class MetadataBody(msgspec.Struct):
    """Metadata; of the two kinds, one that is left out stays, and null clears it."""

    public_metadata: dict[str, Any] | UnsetType | None = UNSET
    private_metadata: dict[str, Any] | UnsetType | None = UNSET


@dataclass(frozen=True, slots=True)
class UserMetadata:
    """Parses, calls and renders."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        changing: dict[str, Any] = {
            "body": MetadataBody, "answer": MetadataAnswer, "errors": (*CHANGE_ERRORS, "invalid_user"),
        }  # fmt: skip
        return [
            row("user_metadata", "GET", (_METADATA,), self.show, "Read all metadata of a user.", Scope.USERS_READ,
                answer=MetadataAnswer, errors=MISSING),
            row("replace_user_metadata", "PUT", (_METADATA,), self.replace, "Set the metadata of a user.",
                Scope.USERS_WRITE, **changing),
            row("patch_user_metadata", "PATCH", (_METADATA,), self.patch,
                "Change the metadata of a user by a merge patch (RFC 7396).", Scope.USERS_WRITE, **changing),
        ]  # fmt: skip

    async def show(self, call: Call[None, None]) -> Reply:
        """Answer with the metadata of a user, and the version of the record that it belongs to."""
        person = await self.desk.person(call)
        return versioned(person, metadata_answer(person))

    async def replace(self, call: Call[None, MetadataBody]) -> Reply:
        """Set metadata."""
        wanted = PersonChange(
            public_metadata=_set(call.body.public_metadata), private_metadata=_set(call.body.private_metadata)
        )

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            return await users.change(tx, person, wanted, at, call.origin)

        return await self.desk.change(call, verb, answer=metadata_answer)

    async def patch(self, call: Call[None, MetadataBody]) -> Reply:
        """Change metadata member by member."""
        sent = call.body

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            public = patch_of(sent.public_metadata, person.public_metadata)
            private = patch_of(sent.private_metadata, person.private_metadata)
            return await users.merge_metadata(tx, person, at, call.origin, public=public, private=private)

        return await self.desk.change(call, verb, answer=metadata_answer)


def patch_of(sent: dict[str, Any] | UnsetType | None, kept: dict[str, Any]) -> dict[str, Any] | None:
    """Return the merge patch that a caller sends for metadata, null for all of it included; None where none is sent."""
    if isinstance(sent, UnsetType):
        return None
    return dict.fromkeys(kept) if sent is None else sent


def _set(sent: dict[str, Any] | UnsetType | None) -> dict[str, Any] | None:
    return None if isinstance(sent, UnsetType) else sent or {}
