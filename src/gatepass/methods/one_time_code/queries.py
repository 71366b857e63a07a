"""Reading when codes were mailed."""

from datetime import datetime

from gatepass.kit.db import Tx
from gatepass.login.model import Attempt
from gatepass.methods.one_time_code import store


async def newest_mail_of(tx: Tx, attempt: Attempt) -> datetime | None:
    """Return when the newest mail with a code of an attempt was sent; None where there was none."""
    return await store.find_newest_mail(tx, attempt.id, attempt.address_key)
