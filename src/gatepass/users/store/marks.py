"""Which marks users have already, found by their unique indexes."""

from collections.abc import Iterable, Sequence

from gatepass.kit.db import Tx, query
from gatepass.users.rules.marks import Mark
from gatepass.users.rules.problems import Conflict

_LIST_IDENTITIES = query(
    Mark,
    "SELECT 'identity', i.subject, i.connection_id FROM json_each(:pairs) AS wanted CROSS JOIN user_identities i "
    "WHERE i.connection_id = json_extract(wanted.value, '$[0]') AND i.subject = json_extract(wanted.value, '$[1]')",
    postgres="SELECT 'identity', i.subject, i.connection_id FROM jsonb_array_elements(:pairs::jsonb) AS wanted "
    "JOIN user_identities i ON i.connection_id = wanted->>0 AND i.subject = wanted->>1",
)
_LISTS = {
    Conflict.ID: query(
        str,
        "SELECT id FROM users WHERE id IN (SELECT value FROM json_each(:values))",
        postgres="SELECT id FROM users WHERE id = ANY (ARRAY(SELECT jsonb_array_elements_text(:values::jsonb)))",
    ),
    Conflict.EXTERNAL_ID: query(
        str,
        "SELECT external_id FROM users WHERE external_id IN (SELECT value FROM json_each(:values))",
        postgres="SELECT external_id FROM users "
        "WHERE external_id = ANY (ARRAY(SELECT jsonb_array_elements_text(:values::jsonb)))",
    ),
    Conflict.ADDRESS: query(
        str,
        "SELECT address_key FROM user_emails WHERE address_key IN (SELECT value FROM json_each(:values))",
        postgres="SELECT address_key FROM user_emails "
        "WHERE address_key = ANY (ARRAY(SELECT jsonb_array_elements_text(:values::jsonb)))",
    ),
    Conflict.PHONE: query(
        str,
        "SELECT phone_key FROM user_phones WHERE phone_key IN (SELECT value FROM json_each(:values))",
        postgres="SELECT phone_key FROM user_phones "
        "WHERE phone_key = ANY (ARRAY(SELECT jsonb_array_elements_text(:values::jsonb)))",
    ),
}


async def list_taken(tx: Tx, marks: Sequence[Mark]) -> set[Mark]:
    """Return those of some marks that a user has, deleted ones too."""
    taken: set[Mark] = set()
    for kind, statement in _LISTS.items():
        values = list(_values(marks, kind))
        if values:
            taken.update(Mark(kind, value) for value in await tx.all(statement, values=values))
    pairs = [(mark.issuer, mark.value) for mark in marks if mark.kind is Conflict.IDENTITY]
    if pairs:
        taken.update(await tx.all(_LIST_IDENTITIES, pairs=pairs))
    return taken


def _values(marks: Iterable[Mark], kind: Conflict) -> Iterable[str]:
    return (mark.value for mark in marks if mark.kind is kind)
