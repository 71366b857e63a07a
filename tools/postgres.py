"""Makes sure that there is a PostgreSQL for the tests: `python -m tools.postgres`.

Looked for in this order: where GATEPASS_TEST_POSTGRES_URL says; on 127.0.0.1:5432, when it lets us in and lets us
create databases; server programs on this machine, Debian's packages, the `pgserver` wheel's programs, from which a
private server is started (`tools.private_postgres`). A database that cannot be had is a failure, never a skipped test.
"""

import asyncio
import getpass
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg

from tools.debian import CannotInstall, install, root_prefix

VARIABLE = "GATEPASS_TEST_POSTGRES_URL"
_ANSWER_SECONDS = 3
_NO_CLUSTER = "create_main_cluster = false\n"
_CLUSTER_SETTINGS = Path("/etc/postgresql-common/createcluster.d")


class NoPostgres(Exception):
    """No PostgreSQL could be had; the message says what was tried."""


def find_server() -> str | None:
    """Return the URL of a running server that we may create databases on, or None when none was named and none runs.

    Raises:
        NoPostgres: a server was named and cannot be used; another one is not taken in its place.
    """
    named = os.environ.get(VARIABLE)
    if named:
        problem = asyncio.run(_why_unusable(named))
        if problem:
            raise NoPostgres(f"the server that {VARIABLE} names cannot be used: {problem}")
        return named
    return next((url for url in _local_urls() if not asyncio.run(_why_unusable(url))), None)


def find_programs() -> Path | None:
    """Return the folder that holds `initdb` and `postgres`, the newest version of those installed, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if _is_complete(folder)), None)


def find_wheel_programs() -> Path | None:
    """Return the folder of the server programs inside the `pgserver` wheel, or None when it is not installed."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if _is_complete(folder) else None


def ensure_programs() -> Path:
    """Return the folder of PostgreSQL's server programs, installing Debian's package when there are none.

    Raises:
        NoPostgres: nothing is installed, nothing could be installed, and there is no wheel either.
    """
    folder = find_programs()
    if folder is not None:
        return folder
    try:
        _install_package()
        refusal = "Debian's postgresql package holds no server programs"
    except CannotInstall as problem:
        refusal = str(problem)
    folder = find_programs() or find_wheel_programs()
    if folder is None:
        raise NoPostgres(
            f"the tests need PostgreSQL: {VARIABLE} is not set, no server on 127.0.0.1:5432 lets us create databases, "
            f"no server programs are installed, the pgserver wheel is not installed either, and {refusal}",
        )
    return folder


def _install_package() -> None:
    """Install the server's programs without the cluster that the package would otherwise make and start at boot."""
    prefix = root_prefix()
    settings = _CLUSTER_SETTINGS / "gatepass-tests.conf"
    if prefix is None or shutil.which("apt-get") is None:
        install("postgresql")  # says why it cannot
        return
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as source:
        source.write(_NO_CLUSTER)
        source.flush()
        _as_root(prefix, "install", "-D", "-m", "0644", source.name, str(settings))
    try:
        install("postgresql")
    finally:
        _as_root(prefix, "rm", "-f", str(settings))


def _as_root(prefix: list[str], *command: str) -> None:
    if subprocess.run([*prefix, *command], stdin=subprocess.DEVNULL, check=False).returncode:
        raise CannotInstall(f"`{' '.join(command)}` failed as root")


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres"))


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", folder.parent.name))


def _local_urls() -> list[str]:
    names = dict.fromkeys(("postgres:postgres", "postgres", getpass.getuser()))
    return [f"postgresql://{name}@127.0.0.1:5432/postgres" for name in names]


async def _why_unusable(url: str) -> str:
    """Return why a server cannot be used for tests, in one sentence, or an empty string when it can."""
    try:
        connection = await asyncpg.connect(url, timeout=_ANSWER_SECONDS)
    except TimeoutError:
        return f"no answer within {_ANSWER_SECONDS} s"
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        return str(problem) or type(problem).__name__
    try:
        may_create = await connection.fetchval(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
        )
    finally:
        await connection.close(timeout=_ANSWER_SECONDS)
    return "" if may_create else "its user may not create databases"


def main() -> int:
    """Say which PostgreSQL the tests will use; exit with 1 when there is none."""
    try:
        if find_server():
            print(f"PostgreSQL for the tests: the running server {_origin()}")
        else:
            print(f"PostgreSQL for the tests: a private server made with {ensure_programs()}")
    except NoPostgres as problem:
        print(f"gatepass: {problem}", file=sys.stderr)
        return 1
    return 0


def _origin() -> str:
    return f"that {VARIABLE} names" if os.environ.get(VARIABLE) else "on 127.0.0.1:5432"


if __name__ == "__main__":
    sys.exit(main())
