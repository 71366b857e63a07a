"""What every test may ask for, and what no test may do."""

import pytest

from support import seclusion

pytest_plugins = [
    "support.run_folder",
    "support.postgres",
    "support.migrated",
    "support.spine",
    "support.chromium",
    "support.smtp",
    "support.gatepass_server",
]

seclusion.seclude()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio, which is what the server runs on."""
    return "asyncio"
