"""The Host headers that a server answers for."""

from pathlib import Path

import pytest

from gatepass.gate.hosts import HostList
from support.spine import Spine, standing

PRODUCTION = HostList(frozenset({"auth.example.com", "Other.example"}), with_loopback=False)
LAPTOP = HostList(frozenset({"localhost:8000"}), with_loopback=True)


@pytest.mark.parametrize("host", [b"auth.example.com", b"AUTH.example.COM", b"other.example"])
def test_the_hosts_of_the_settings_are_served_in_any_case(host: bytes) -> None:
    assert PRODUCTION.serves(host)


@pytest.mark.parametrize(
    "host",
    [
        b"", b"evil.example", b"auth.example.com.", b"auth.example.com:443", b"auth.example.com:8443",
        b"auth.example.com@evil",
        b"evil.example/auth.example.com", b" auth.example.com", b"auth.example.com, evil.example", b"xauth.example.com",
        b"localhost", b"127.0.0.1", b"localhost:8000", b"\xff",
    ],
)  # fmt: skip
def test_every_other_host_is_refused(host: bytes) -> None:
    assert not PRODUCTION.serves(host)


@pytest.mark.parametrize(
    "host", [b"localhost:8000", b"localhost", b"LOCALHOST:1", b"127.0.0.1:3000", b"[::1]", b"[::1]:80"]
)
def test_on_a_laptop_any_port_of_loopback_is_served(host: bytes) -> None:
    assert LAPTOP.serves(host)


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"localhost.evil.example",
        b"127.0.0.1.evil.example:80",
        b"evil:localhost",
        b"::1",
        b":80",
        b"[::2]:80",
    ],
)
def test_nothing_else_is_served_on_a_laptop(host: bytes) -> None:
    assert not LAPTOP.serves(host)


@pytest.mark.anyio
async def test_a_foreign_host_is_told_so_and_gets_nothing(spine: Spine) -> None:
    async with spine.door(host="evil.example") as door:
        for path in ("/", "/magic-link", "/api/v1/config", "/.well-known/jwks.json", "/static/app.css"):
            answer = await door.get(path)
            assert answer.status_code == 421
            assert answer.json()["error_code"] == "unknown_host"
            assert "evil" not in answer.text


@pytest.mark.anyio
async def test_probes_may_call_by_any_name(spine: Spine) -> None:
    async with spine.door(host="10.0.0.7:8000") as door:
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await door.get(path)).status_code == 200


@pytest.mark.anyio
async def test_in_production_the_public_host_is_served_whatever_case_its_setting_has(
    sqlite_copy: str, tmp_path: Path
) -> None:
    environment = {"GATEPASS_DEV": "false", "GATEPASS_PUBLIC_URL": "https://Auth.Example:443"}
    async with standing(sqlite_copy, tmp_path, environment) as spine, spine.door() as door:
        for host, status in (("auth.example", 200), ("localhost", 421), ("127.0.0.1:8000", 421)):
            answer = await door.get("/api/v1/config?domain=auth.example", headers={"host": host})
            assert answer.status_code == status, host
