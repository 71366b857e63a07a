"""Reading impersonations."""

from gatepass.impersonation import store
from gatepass.impersonation.model import Impersonation
from gatepass.impersonation.sight import find_running, see
from gatepass.kit.db import Tx
from gatepass.kit.lookups.paging import Page, PageRequest, page_of
from gatepass.kit.lookups.reach import Everywhere
from gatepass.kit.problems import Problem
from gatepass.sessions.model import Session

# What runs in a browser is asked by the verbs that change things too; it lies in a file of its own.
__all__ = ["find_running", "list_of_user", "refuse_acting", "see"]


async def list_of_user(
    tx: Tx,
    reach: Everywhere,  # noqa: ARG001 - nobody else may ask
    user_id: str,
    request: PageRequest,
) -> Page[Impersonation]:
    """Return who acted in a person's place, the newest first.

    Args:
        tx: the transaction or read.
        reach: how far the caller sees: who sees one organization alone does not see this.
        user_id: in whose place.
        request: which part of the list.
    """
    before_id = request.after[0] if request.after else ""
    rows = await store.list_of_user(tx, user_id, before_id, request.limit + 1)
    return page_of(rows, request.limit, lambda row: (row.id,))


def refuse_acting(session: Session) -> None:
    """Let a person pass; whoever acts in their place can't want this for them.

    Raises:
        Problem: somebody acts in the person's place (`acting_for_another`, 403).
    """
    if session.is_acted:
        sentence = "You act in somebody's place, and this is theirs alone to do. End that first, or ask them."
        raise Problem("acting_for_another", 403, sentence)
