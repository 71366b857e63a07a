"""Who operates the server."""

from datetime import datetime
from typing import Final

from gatepass.access import rules
from gatepass.access.model import Operator, Scope
from gatepass.access.store import operators
from gatepass.audit.flows import record
from gatepass.audit.model import EventKind, Origin
from gatepass.kit.db import Tx
from gatepass.kit.db.turns import take_turn
from gatepass.kit.problems import Problem
from gatepass.users.flows import hold_present
from gatepass.users.queries import is_active

_ROUND: Final = 100


async def add_operator(
    tx: Tx, user_id: str, scopes: tuple[str, ...], at: datetime, origin: Origin, *, may_strand: bool = False
) -> Operator:
    """Let a user operate the server, or with other scopes than before.

    Args:
        tx: the transaction.
        user_id: the user.
        scopes: all that they may do from now on.
        at: when.
        origin: who does it.
        may_strand: whether the last owner may become less; the command line alone may, where others can be added.

    Raises:
        Problem: a scope is none (`invalid_scope_list`), there is no such user (`unknown_user`, 404), or nobody would be
            left who owns the server (`last_operator`, 409).
    """
    found = list(rules.scope_faults(scopes))
    if found:
        raise Problem("invalid_scope_list", 400, " ".join(found), number=1004)
    user = await hold_present(tx, user_id)
    await take_turn(tx, "operators")
    if user is None:
        raise Problem("unknown_user", 404, "There is no such user; check the id.", number=1035)
    if Scope.OWNER not in scopes and not may_strand:
        await _refuse_ownerless(tx, user_id)
    named = tuple(dict.fromkeys(scopes))
    await operators.add(tx, user_id, named, at)
    await record(tx, EventKind.OPERATOR_ADDED, at=at, origin=origin, user_id=user_id, data={"scopes": " ".join(named)})
    known = await operators.find(tx, user_id)
    return known or Operator(user_id, named, at)


async def remove_operator(tx: Tx, user_id: str, at: datetime, origin: Origin, *, may_strand: bool = False) -> None:
    """Let a user operate the server no longer; their next call is refused.

    Args:
        tx: the transaction.
        user_id: the user.
        at: when.
        origin: who does it.
        may_strand: whether it may be the last owner; the command line alone may.

    Raises:
        Problem: they are none (`unknown_operator`, 404), or the last owner (`last_operator`, 409).
    """
    await take_turn(tx, "operators")
    if await operators.find(tx, user_id) is None:
        raise Problem("unknown_operator", 404, "This user does not operate the server.", number=1005)
    if not may_strand:
        await _refuse_ownerless(tx, user_id)
    await operators.purge(tx, user_id)
    await record(tx, EventKind.OPERATOR_REMOVED, at=at, origin=origin, user_id=user_id)


async def _refuse_ownerless(tx: Tx, user_id: str) -> None:
    """Let pass where the user owns nothing, or somebody else who may sign in owns the server too."""
    known = await operators.find(tx, user_id)
    if known is None or Scope.OWNER not in known.scopes:
        return
    after = ""
    while others := await operators.list_page(tx, after, _ROUND):
        for other in others:
            if other.user_id != user_id and Scope.OWNER in other.scopes and await is_active(tx, other.user_id):
                return
        after = others[-1].user_id
    sentence = "That is the server's last owner; add another with sys_owner first, or use `gatepass operator`."
    raise Problem("last_operator", 409, sentence)
