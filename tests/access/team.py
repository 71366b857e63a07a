"""An organization, its members and their roles, on the database of a test."""

from dataclasses import dataclass

from gatepass.access.flows import assign, create_role
from gatepass.access.model import NewRole, Role
from gatepass.access.queries import list_permissions, list_roles
from gatepass.kit.lookups.paging import PageRequest
from gatepass.kit.lookups.reach import EVERYWHERE, Reach, Within
from gatepass.organizations.model import Organization
from gatepass.users.model import User
from organizations.stage import an_organization, joined
from support.spine import ORIGIN, Spine


@dataclass
class Team:
    """An organization and the roles that can be given in it, by their slugs."""

    spine: Spine
    organization: Organization

    @property
    def within(self) -> Within:
        return Within(self.organization.id)

    async def joins(self, name: str, *slugs: str) -> User:
        """Let somebody join who holds some roles."""
        user = await joined(self.spine, self.organization, f"{name}@{self.organization.name.lower()}.test")
        if slugs:
            await self.gives(user, *slugs)
        return user

    async def gives(self, user: User, *slugs: str, reach: Reach | None = None) -> None:
        """Set what somebody holds in the organization, or elsewhere."""
        ids = [(await self.role(slug)).id for slug in slugs]
        at, place = self.spine.clock.now(), reach or self.within
        await self.spine.transact(lambda tx: assign(tx, place, user.id, ids, at, ORIGIN))

    async def role(self, slug: str) -> Role:
        """Return a role that can be given here."""
        page = await self.spine.read(lambda tx: list_roles(tx, self.within, PageRequest()))
        return next(role for role in page.items if role.slug == slug)

    async def defines(self, name: str, *permissions: str, everywhere: bool = False) -> Role:
        """Define a role: for this organization, or for everybody."""
        known = await self.spine.read(lambda tx: list_permissions(tx, PageRequest()))
        asked = NewRole(name, permission_ids=tuple(one.id for one in known.items if one.slug in permissions))
        reach: Reach = EVERYWHERE if everywhere else self.within
        return await self.spine.transact(lambda tx: create_role(tx, reach, asked, self.spine.clock.now(), ORIGIN))


async def a_team(spine: Spine, name: str = "Acme") -> Team:
    """Create an organization without members."""
    return Team(spine, await an_organization(spine, name))
