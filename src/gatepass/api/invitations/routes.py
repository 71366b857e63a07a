"""The two faces of invitations: for managers below an organization, and for members below `/api/v1/auth`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from gatepass.access.model import Scope
from gatepass.api.invitations.desk import Asker, Desk, path_of
from gatepass.api.invitations.shapes import (
    InvitationBody,
    InvitationQuery,
    InvitationsAnswer,
    InvitationsQuery,
    InvitationToResend,
    InvitedAnswer,
)
from gatepass.api.shapes.outcomes import Done
from gatepass.api.shapes.pages import LIST_ERRORS
from gatepass.applications.queries import ApplicationDirectory
from gatepass.gate.model import Call, Caller, Endpoint
from gatepass.invitations.model import INVITING

_HOUSE: Final = "/api/v1/organizations/{organization_id}/invitations"
_DOCUMENTED: Final = "/api/v1/tenants/{organization_id}/invitations"
_MEMBERS: Final = "/api/v1/auth/tenants/{tenant_id}/invitations"
_CREATED: Final = 201
_UNFIT: Final = (
    *("address_not_admitted", "already_member", "organization_inactive", "unknown_organization", "invalid_role_id"),
    *("invalid_email", "too_many_requests"),
)
_Found = Callable[[Call[Any, Any]], Awaitable[Asker]]


@dataclass(frozen=True, slots=True)
class _Face:
    """What differs between the faces: the paths, who may read and who may write, and who then asks."""

    suffix: str
    paths: tuple[str, ...]
    reading: dict[str, Any]
    writing: dict[str, Any]
    asker: _Found


@dataclass(frozen=True, slots=True)
class InvitationRoutes:
    """Parses, calls and renders.

    Args:
        desk: does what both faces do.
        applications: know the application to which new members go where a manager invites.
    """

    desk: Desk
    applications: ApplicationDirectory

    def endpoints(self) -> list[Endpoint]:
        """Return these rows of the endpoint table."""
        managers = _Face(
            "",
            (_HOUSE, _DOCUMENTED),
            {"caller": Caller.MANAGER, "scope": Scope.ORGANIZATIONS_READ},
            {"caller": Caller.MANAGER, "scope": Scope.ORGANIZATIONS_WRITE},
            self._manager,
        )
        members = _Face(
            "_as_member",
            (_MEMBERS,),
            {"caller": Caller.MEMBER, "permission": "team_view"},
            {"caller": Caller.MEMBER, "permission": INVITING},
            self._member,
        )
        return [*self._of(managers), *self._of(members)]

    def _of(self, face: _Face) -> list[Endpoint]:
        common: dict[str, Any] = {"tag": "Invitations", "paths": face.paths, "may_be_missing": True}
        return [
            Endpoint(
                name=f"list_invitations{face.suffix}",
                method="GET",
                handler=_told(self.desk.list, face.asker),
                summary="Who is invited to an organization, the newest first; by status where one is asked for.",
                query=InvitationsQuery,
                answer=InvitationsAnswer,
                errors=("unknown_organization", *LIST_ERRORS),
                **common,
                **face.reading,
            ),
            Endpoint(
                name=f"create_invitation{face.suffix}",
                method="POST",
                handler=_told(self.desk.create, face.asker),
                summary="Invite an address to an organization, with roles; an earlier invitation of it dies.",
                body=InvitationBody,
                answer=InvitedAnswer,
                errors=("invalid_invitee", *_UNFIT),
                status=_CREATED,
                is_repeatable=True,
                **common,
                **face.writing,
            ),
            Endpoint(
                name=f"revoke_invitation{face.suffix}",
                method="DELETE",
                handler=_told(self.desk.revoke, face.asker),
                summary="Take an invitation back; its link opens nothing from then on.",
                query=InvitationQuery,
                answer=Done,
                errors=("unknown_invitation", "invitation_over"),
                **common,
                **face.writing,
            ),
            self._resend(face),
        ]

    def _resend(self, face: _Face) -> Endpoint:
        paths = tuple(f"{path}/resend" for path in face.paths)
        return Endpoint(
            name=f"resend_invitation{face.suffix}",
            method="POST",
            paths=paths,
            handler=_told(self.desk.resend, face.asker),
            summary="Mail another link, good for as long as the first one was; the earlier link dies.",
            body=InvitationToResend,
            answer=Done,
            errors=("unknown_invitation", "invitation_over", *_UNFIT),
            may_be_missing=True,
            is_repeatable=True,
            tag="Invitations",
            **face.writing,
        )

    async def _manager(self, call: Call[Any, Any]) -> Asker:
        reach = call.principal.within(call.path["organization_id"])
        eldest = await self.applications.eldest()
        return Asker(reach, "", "" if eldest is None else eldest.id, path_of(_HOUSE, call))

    async def _member(self, call: Call[Any, Any]) -> Asker:
        principal = call.principal
        reach = principal.within(call.path["tenant_id"])
        return Asker(reach, principal.user_id, principal.application_id, path_of(_MEMBERS, call))


def _told(verb: Callable[[Call[Any, Any], Asker], Awaitable[Any]], asker: _Found) -> Callable[..., Awaitable[Any]]:
    """Return the handler that does something for whoever asks."""

    async def handle(call: Call[Any, Any]) -> Any:
        return await verb(call, await asker(call))

    return handle
