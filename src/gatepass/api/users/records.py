"""Making users, changing their records, vouching for them, deleting them and taking them back."""

from dataclasses import dataclass
from datetime import datetime

from gatepass.access.model import Scope
from gatepass.api.shapes.outcomes import Deleted
from gatepass.api.users.desk import CHANGE_ERRORS, MISSING, UserDesk, row
from gatepass.api.users.listing import PATH
from gatepass.api.users.metadata import patch_of
from gatepass.api.users.shapes.answers import CreatedUser, UserFull, created_answer
from gatepass.api.users.shapes.bodies import UserBody, UserChangeBody, VerifyBody
from gatepass.gate.management.versions import versioned
from gatepass.gate.model import Call, Endpoint, Reply
from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.problems import Problem
from gatepass.login.flows import shut_out
from gatepass.users import flows as users
from gatepass.users.model import Person

_ONE = f"{PATH}/{{user_id}}"
_TAKEN = ("address_taken", "external_id_taken")
_FAULTS = ("invalid_user", "invalid_email")


@dataclass(frozen=True, slots=True)
class UserRecords:
    """Parses, calls and renders."""

    desk: UserDesk

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        return [
            row("create_user", "POST", (PATH,), self.create, "Make somebody a user.", Scope.USERS_WRITE,
                body=UserBody, answer=CreatedUser, errors=(*_FAULTS, "invalid_phone", *_TAKEN, "phone_taken"),
                is_repeatable=True),
            row("replace_user", "PUT", (_ONE,), self.replace,
                "Change a user; what is left out stays, and metadata that is sent takes the place of what there was.",
                Scope.USERS_WRITE, body=UserChangeBody, answer=UserFull, errors=(*CHANGE_ERRORS, *_FAULTS, *_TAKEN)),
            row("patch_user", "PATCH", (_ONE,), self.patch, "Change a user by a merge patch (RFC 7396).",
                Scope.USERS_WRITE, body=UserChangeBody, answer=UserFull, errors=(*CHANGE_ERRORS, *_FAULTS, *_TAKEN)),
            row("verify_user", "POST", (f"{_ONE}/verify",), self.verify,
                "Say whether a user reads the mail of their address.", Scope.USERS_WRITE, body=VerifyBody,
                answer=UserFull, errors=(*CHANGE_ERRORS, "address_missing")),
            row("delete_user", "DELETE", (_ONE,), self.delete,
                "Delete a user: sessions end at once, the record waits for the purge.", Scope.USERS_WRITE,
                answer=Deleted, errors=CHANGE_ERRORS),
            row("restore_user", "POST", (f"{_ONE}/restore",), self.restore,
                "Take a deleted user back, before the purge.", Scope.USERS_WRITE, answer=UserFull,
                errors=(*MISSING, "operator_protected")),
        ]  # fmt: skip

    async def create(self, call: Call[None, UserBody]) -> Reply:
        """Make somebody a user and answer with them."""
        call.principal.everywhere()
        at, new = self.desk.clock.now(), call.body.asked(allow_test_domains=self.desk.allow_test_domains)
        person = await self.desk.database.transact(lambda tx: users.create(tx, new, at, call.origin))
        return versioned(person, created_answer(person))

    async def replace(self, call: Call[None, UserChangeBody]) -> Reply:
        """Change a user as the documented update does."""
        wanted = call.body

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            after = await self._change_record(tx, call, person, at)
            return await users.change(tx, after, wanted.replacing(after), at, call.origin)

        return await self.desk.change(call, verb)

    async def patch(self, call: Call[None, UserChangeBody]) -> Reply:
        """Change a user by a merge patch; metadata is merged member by member."""
        wanted = call.body

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            after = await self._change_record(tx, call, person, at)
            public = patch_of(wanted.public_metadata, after.public_metadata)
            private = patch_of(wanted.private_metadata, after.private_metadata)
            odd = wanted.odd_members()
            if odd:
                private = {**(private or {}), **odd}
            return await users.merge_metadata(tx, after, at, call.origin, public=public, private=private)

        return await self.desk.change(call, verb)

    async def verify(self, call: Call[None, VerifyBody]) -> Reply:
        """Vouch for the primary address of a user, or take it back."""
        is_verified = call.body.is_verified()

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            address = person.primary_address
            if address is None:
                raise Problem("address_missing", 409, "The user has no e-mail address; give them one first.")
            return await users.vouch(tx, person, address.key, at, call.origin, is_verified=is_verified)

        return await self.desk.change(call, verb)

    async def delete(self, call: Call[None, None]) -> Reply:
        """Delete a user and end all that they had begun."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            after = await users.delete(tx, person, at, call.origin)
            await shut_out(tx, person.id, at, call.origin)
            tx.after_commit(self.desk.doorbell.ring)
            return after

        return await self.desk.change(call, verb, answer=lambda _: Deleted())

    async def restore(self, call: Call[None, None]) -> Reply:
        """Take a deleted user back."""

        async def verb(tx: Tx, person: Person, at: datetime) -> Person:
            return await users.restore(tx, person, at, call.origin)

        return await self.desk.change(call, verb, may_be_deleted=True)

    async def _change_record(self, tx: Tx, call: Call[None, UserChangeBody], person: Person, at: datetime) -> Person:
        email = call.body.email
        if isinstance(email, str):
            address = parse_address(email, allow_test_domains=self.desk.allow_test_domains)
            present = person.primary_address
            if present is None or present.key != address.key:
                person = await users.replace_address(tx, person, address, at, call.origin)
        return await users.change(tx, person, call.body.record(), at, call.origin)
