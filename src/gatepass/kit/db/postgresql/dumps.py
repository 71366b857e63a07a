"""Dumping a PostgreSQL database while it serves, and restoring one, by PostgreSQL's own programs."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit


class DumpFailed(Exception):
    """Raised with what a program said, where it did not succeed."""


def dump(url: str, target: Path) -> None:
    """Write a database as it is at one moment to a file in PostgreSQL's custom format.

    Args:
        url: the database's address.
        target: the file to make; for its owner alone.

    Raises:
        DumpFailed: there is no `pg_dump`, or it did not succeed.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    _run("pg_dump", url, arguments)


def restore(url: str, source: Path, *, is_replacing: bool) -> None:
    """Write what a file of `dump` holds into a database, all of it or nothing.

    Args:
        url: the database's address.
        source: the file.
        is_replacing: whether tables that are there are dropped first.

    Raises:
        DumpFailed: there is no `pg_restore`, or it did not succeed; the database is as it was.
    """
    arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    if is_replacing:
        arguments += ["--clean", "--if-exists"]
    _run("pg_restore", url, [*arguments, str(source)])


def check(source: Path) -> None:
    """Let a file pass that `dump` made.

    Raises:
        DumpFailed: it is none, or was cut short.
    """
    _call([_program("pg_restore"), "--list", str(source)], {})
    # The list stands at the beginning; only reading the data finds where a file was cut.
    _call([_program("pg_restore"), f"--file={os.devnull}", str(source)], {})


def _run(program: str, url: str, arguments: list[str]) -> None:
    """Run a program on a database; the password travels in its environment, where other users can't see it."""
    address, password = _without_password(url)
    _call([_program(program), f"--dbname={address}", *arguments], {"PGPASSWORD": password} if password else {})


def _call(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, with arguments that no shell reads
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise DumpFailed(f"{Path(command[0]).name} did not succeed: {said[-1] if said else 'it said nothing'}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise DumpFailed(f"{name} is not installed; install PostgreSQL's client programs (Debian: postgresql-client).")
    return found


def _without_password(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    # Named twice, the later one counts, as it does where the server itself reads the address.
    password = dict(pairs).get("password") or unquote(parts.password or "")
    user, at, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}{at}{host}"
    query = urlencode([(name, value) for name, value in pairs if name != "password"])
    return urlunsplit((parts.scheme, netloc, parts.path, query, "")), password
