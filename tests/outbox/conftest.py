"""A migrated database, an outbox on it, small templates and a clock that a test sets."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from gatepass.kit.db import open_database
from gatepass.kit.secrets import KeyRing, MasterKey
from gatepass.migrations import upgrade
from gatepass.outbox.flows import Outbox
from gatepass.outbox.rendering import MailTemplates
from gatepass.outbox.settings import OutboxSettings
from outbox.house import HOST, MJML, TEXT, HandClock, House


@pytest.fixture
def mail_directory(tmp_path: Path) -> Path:
    directory = tmp_path / "mail"
    directory.mkdir()
    (directory / "sign_in.mjml").write_text(MJML)
    (directory / "sign_in.txt").write_text(TEXT)
    return directory


@pytest.fixture
async def house(database_url: str, mail_directory: Path) -> AsyncIterator[House]:
    await upgrade(database_url)
    db = await open_database(database_url)
    keys, clock = KeyRing([MasterKey.generate()]), HandClock()
    made = House(
        db=db,
        keys=keys,
        clock=clock,
        templates=MailTemplates(mail_directory),
        outbox=Outbox(keys, clock, HOST),
        settings=OutboxSettings(retry_first=timedelta(seconds=0.05), connections=2),
    )
    yield made
    for transport in made.transports:
        await transport.close()
    await db.close()
