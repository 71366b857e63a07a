"""Signs people in to browsers without a page: ``python -m bench.gatepass.seeding CLIENT_ID COUNT --data FOLDER``.

It prints the session cookies as JSON. A benchmark measures what follows a sign-in; the way through the pages would only
take longer and leave the same rows.
"""

import argparse
import secrets
from datetime import datetime
from pathlib import Path

import msgspec

from gatepass.app import Foundations
from gatepass.applications.model import Application
from gatepass.applications.queries import find_by_client_id
from gatepass.audit.model import Origin
from gatepass.cli.ground import run, settings_of
from gatepass.kit.db import Tx
from gatepass.kit.ids import new_id
from gatepass.kit.mail.addresses import EmailAddress, parse_address
from gatepass.kit.secrets import hash_token
from gatepass.sessions.flows import SessionSettings, bind, start
from gatepass.users.flows import meet_reader

ORIGIN = Origin("127.0.0.1", "gatepass-bench")


async def sign_in(
    tx: Tx, application: Application, address: EmailAddress, settings: SessionSettings, at: datetime
) -> str:
    """Sign a person in to a browser of their own; answers its session cookie."""
    user = await meet_reader(tx, address, may_create=True, at=at, origin=ORIGIN, application_id=application.id)
    if user is None:
        raise RuntimeError("nobody could be signed in")
    session = await start(
        tx,
        session_id=new_id(),
        user_id=user.id,
        application_id=application.id,
        amr=("otp",),
        lifetime=application.refresh_token_lifetime,
        origin=ORIGIN,
        at=at,
    )
    cookie = secrets.token_urlsafe(32)
    await bind(tx, session, old_hash=None, new_hash=hash_token(cookie), settings=settings, at=at, origin=ORIGIN)
    return cookie


async def seed(foundations: Foundations, client_id: str, count: int) -> list[str]:
    """Sign so many people in, each in a browser of their own; answers the session cookies."""
    application = await foundations.database.read(lambda tx: find_by_client_id(tx, client_id))
    if application is None:
        raise RuntimeError("the benchmark's application is missing")
    addresses = [parse_address(f"browser{number:04d}@mail.example", allow_test_domains=True) for number in range(count)]
    settings, at = foundations.settings.sessions, foundations.clock.now()

    async def body(tx: Tx) -> list[str]:
        return [await sign_in(tx, application, address, settings, at) for address in addresses]

    return await foundations.database.transact(body)


def main() -> None:
    """Read the command line, sign people in, print their cookies."""
    parser = argparse.ArgumentParser(prog="python -m bench.gatepass.seeding")
    parser.add_argument("client_id")
    parser.add_argument("count", type=int)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database")
    given = parser.parse_args()
    cookies = run(
        settings_of(given.data, given.database), lambda foundations: seed(foundations, given.client_id, given.count)
    )
    print(msgspec.json.encode(cookies).decode())


if __name__ == "__main__":
    main()
