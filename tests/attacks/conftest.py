"""A provider behind an https name for each file of attacks on it, with the limits out of the way."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from attacks.hosted import PUBLIC_ISSUER
from conformance.openid.provider import Provider
from gatepass.gate.connections.protocol import ConnectionLimits
from gatepass.settings import load
from support.gatepass_server import SHOP, ServerThread
from support.ports import free_port


@pytest.fixture(scope="module")
def provider(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The provider of this file."""
    folder = tmp_path_factory.mktemp("provider")
    shutil.copy(sqlite_template, folder / "gatepass.db")
    variables = {"GATEPASS_DEV": "true", "GATEPASS_LIMITS_SCALE": "1000", "GATEPASS_DATA": str(folder), **PUBLIC_ISSUER}
    variables["GATEPASS_PROVIDER_DYNAMIC_REGISTRATION"] = "open"
    thread = ServerThread(load(variables, given={"port": free_port()}), ConnectionLimits(), SHOP)
    made = Provider(thread.start())
    yield made
    made.close()
    thread.stop()
