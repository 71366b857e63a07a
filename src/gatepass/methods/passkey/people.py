"""Whom somebody says that they are."""

from gatepass.kit.db import Tx
from gatepass.kit.mail.addresses import parse_address
from gatepass.kit.phones.numbers import parse_phone
from gatepass.kit.problems import Problem
from gatepass.methods.passkey.model import NOBODY
from gatepass.users.queries import find_caller, find_person_by_address, find_user

_ID_LENGTH = 24


async def find_named(tx: Tx, unverified_identifier: str) -> str:
    """Return the id of whom an address, a phone number or an id names; `NOBODY` where that is nobody.

    Args:
        tx: the read.
        unverified_identifier: what was typed.
    """
    text = unverified_identifier.strip()
    try:
        if "@" in text:
            key = parse_address(text, allow_test_domains=True).key
            person = await find_person_by_address(tx, key)
            return NOBODY if person is None else person.id
        if text.startswith("+"):
            caller = await find_caller(tx, parse_phone(text))
            return NOBODY if caller is None else caller.id
    except Problem:
        return NOBODY
    is_id = len(text) == _ID_LENGTH and text.isascii() and text.isalnum()
    user = await find_user(tx, text) if is_id else None
    return NOBODY if user is None else user.id
