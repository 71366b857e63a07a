"""Reading API keys and operators."""

from datetime import datetime

from gatepass.access.model import ApiKey, Operator, Principal, Scope, expand
from gatepass.access.rules import is_among
from gatepass.access.store import keys, operators
from gatepass.audit.model import Actor, ActorKind
from gatepass.kit.client.networks import parse_ip
from gatepass.kit.db import Tx
from gatepass.kit.ids import API_KEY_PREFIX, is_well_formed
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Everywhere, Reach, Within, organization_of
from gatepass.kit.problems import Problem
from gatepass.kit.secrets import hash_token
from gatepass.organizations.queries import find_organization


async def find_key_holder(tx: Tx, unverified_key: str, network: str, now: datetime) -> Principal | None:
    """Return whom an API key stands for; None where it is unknown, revoked, expired or not for this network.

    A key of an organization opens nothing once that is deleted, or while it is switched off.

    Args:
        tx: the read.
        unverified_key: what was presented.
        network: the caller's address.
        now: the time.
    """
    if not is_well_formed(unverified_key, API_KEY_PREFIX):
        return None
    key = await keys.find_live(tx, hash_token(unverified_key))
    if key is None or (key.expires_at is not None and key.expires_at <= now):
        return None
    if key.networks and not is_among(parse_ip(network), key.networks):
        return None
    if key.organization_id:
        organization = await find_organization(tx, Within(key.organization_id), key.organization_id)
        if organization is None or not organization.is_active:
            return None
    return Principal(Actor(ActorKind.API_KEY, key.id, key.name), expand(frozenset(key.scopes)), key.organization_id)


async def find_key(tx: Tx, reach: Reach, key_id: str) -> ApiKey | None:
    """Return an API key that a caller may see, revoked ones too."""
    key = await keys.find(tx, key_id)
    if key is None or (isinstance(reach, Within) and key.organization_id != reach.organization_id):
        return None
    return key


async def list_keys(tx: Tx, reach: Reach, page: PageRequest) -> Page[ApiKey]:
    """Return the API keys that a caller may see, the oldest first."""
    after = page.after[0] if page.after else ""
    rows = await keys.list_page(tx, organization_of(reach), after, page.limit + 1)
    return page_of(rows, page.limit, lambda key: (key.id,))


async def find_operator(tx: Tx, user_id: str) -> frozenset[Scope] | None:
    """Return what a user may do as an operator; None where they are none."""
    found = await operators.find(tx, user_id)
    return None if found is None else expand(frozenset(found.scopes))


async def list_operators(tx: Tx, reach: Everywhere, page: PageRequest) -> Page[Operator]:  # noqa: ARG001 - proof alone
    """Return the operators of the server, in the order of their ids; nobody of one organization may ask."""
    rows = await operators.list_page(tx, page.after[0] if page.after else "", page.limit + 1)
    return page_of(rows, page.limit, lambda operator: (operator.user_id,))


async def refuse_mightier(tx: Tx, caller: Principal, user_id: str) -> None:
    """Let pass who may do all that a user may do as an operator.

    Asked before a caller gives a user another address, another credential or another face: whoever takes over an
    operator's account becomes that operator.

    Raises:
        Problem: the user operates the server with a scope that the caller lacks (`operator_protected`, 403).
    """
    scopes = await find_operator(tx, user_id)
    if scopes is not None and (caller.organization_id or not scopes <= caller.scopes):
        sentence = "This user operates the server with scopes that you lack; only somebody who has them may do that."
        raise Problem("operator_protected", 403, sentence, number=1003)
