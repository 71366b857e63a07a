"""kill -9 under load, again and again, on PostgreSQL."""

import pytest

from crash.mayhem import Mayhem


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("rounds", [16] * 2)
@pytest.mark.timeout(240)
def test_what_was_acknowledged_holds_after_every_kill(mayhem: Mayhem, rounds: int) -> None:
    mayhem.run(rounds)
