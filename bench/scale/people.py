"""The people and organizations that a server is filled with: ``python -m bench.scale.people COUNT ORGANIZATIONS FILE``.

It writes them as the table that `gatepass import csv` takes; organizations are made first, by
``python -m bench.scale.people --organizations COUNT --data FOLDER``.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from gatepass.app import Foundations
from gatepass.audit.model import Origin
from gatepass.cli.ground import run, settings_of
from gatepass.kit.db import Tx
from gatepass.organizations.flows import create
from gatepass.organizations.model import NewOrganization

FIRST_NAMES = 400
BEARERS = 10
"""How many people share a family name, however many there are: else a search by name would find more among more."""
PLANS = 50
_BATCH = 200


def organization(number: int) -> str:
    """Return the name of an organization."""
    return f"Organization {number:06d}"


def email(number: int) -> str:
    """Return the address of a person."""
    return f"person{number:07d}@mail.example.com"


def family(number: int, count: int) -> str:
    """Return the family name of a person among so many; none begins like another."""
    return f"Family{number % max(1, count // BEARERS):06d}"


def lines(count: int, organizations: int) -> Iterator[str]:
    """Yield the table of so many people; every tenth belongs to an organization."""
    yield "email,email_verified,first_name,last_name,external_id,organizations,public_metadata"
    for number in range(count):
        names = f"First{number % FIRST_NAMES:03d},{family(number, count)}"
        belongs = organization(number // 10 % organizations) if number % 10 == 0 else ""
        metadata = f'"{{""plan"": ""plan{number % PLANS}"", ""seat"": ""{number}""}}"'
        yield f"{email(number)},true,{names},ext-{number},{belongs},{metadata}"


def write(path: Path, count: int, organizations: int) -> None:
    """Write the table to a file."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines(count, organizations))


async def add_organizations(foundations: Foundations, count: int) -> None:
    """Create so many organizations."""
    at = foundations.clock.now()
    for start in range(0, count, _BATCH):
        names = [organization(number) for number in range(start, min(start + _BATCH, count))]

        async def body(tx: Tx, names: list[str] = names) -> None:
            for name in names:
                await create(tx, NewOrganization(name, allows_outsiders=True), at, Origin())

        await foundations.database.transact(body)


def main() -> None:
    """Read the command line and create the organizations."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale.people")
    parser.add_argument("--organizations", type=int, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--database")
    given = parser.parse_args()
    run(
        settings_of(given.data, given.database),
        lambda foundations: add_organizations(foundations, given.organizations),
    )


if __name__ == "__main__":
    main()
