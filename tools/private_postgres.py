"""Starts a PostgreSQL server that belongs to one run: `python -m tools.private_postgres start FOLDER PID`.

It prints the server's URL when the server answers. The server listens on a free loopback port, has a password of its
own, keeps its data in a temporary folder and writes durably (tests kill programs and look at what survived). A guard
in the background stops it and removes the data when process PID has ended, however it ended, or when the file
FOLDER/stop appears.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypedDict

from tools.postgres import NoPostgres, ensure_programs

_START_SECONDS = 60
_STOP_SECONDS = 10
_GLANCE_SECONDS = 0.1
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
}


def start(folder: Path, watched: int) -> str:
    """Start a guard with its server and return the server's URL.

    Args:
        folder: where the guard leaves `url` or `failure`, and looks for `stop`.
        watched: the process whose end is the server's end.

    Raises:
        NoPostgres: the server did not come up; the message says why.
    """
    programs = ensure_programs()
    guard = subprocess.Popen(
        [sys.executable, "-m", "tools.private_postgres", "guard", str(folder), str(watched), str(programs)],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # an interrupted test run must leave the guard alive, so that it can clean up
    )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if (folder / "url").exists():
            return (folder / "url").read_text()
        if (folder / "failure").exists():
            raise NoPostgres((folder / "failure").read_text())
        if guard.poll() is not None:
            break
        time.sleep(_GLANCE_SECONDS)
    (folder / "stop").touch()
    raise NoPostgres(f"a private server made with {programs} did not come up within {_START_SECONDS} s")


def guard(folder: Path, watched: int, programs: Path) -> None:
    """Run a server for as long as the watched process lives and nobody asks for its end."""
    home = Path(tempfile.mkdtemp(prefix="gatepass-postgres-"))
    server: subprocess.Popen[bytes] | None = None
    try:
        password = secrets.token_urlsafe(16)
        programs = _initialize(home, programs, password)
        server, port = _launch(home, programs)
        _leave(folder / "url", f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres")
        while server.poll() is None and _is_alive(watched) and folder.is_dir() and not (folder / "stop").exists():
            time.sleep(_GLANCE_SECONDS)
    except (NoPostgres, OSError, subprocess.SubprocessError) as problem:
        _leave(folder / "failure", f"a private PostgreSQL server could not be started: {problem}")
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGQUIT)  # at once: nobody will read this data again
            server.wait(_STOP_SECONDS)
        shutil.rmtree(home, ignore_errors=True)
        if folder.is_dir():
            (folder / "stopped").touch()


def _initialize(home: Path, programs: Path, password: str) -> Path:
    """Make an empty cluster in `home`; return the folder of programs that its owner can run."""
    owner = _owner()
    if owner is not None:
        os.chown(home, owner.pw_uid, owner.pw_gid)
        programs = _reachable(programs, home, owner)
    word = home / "password"
    word.write_text(password)
    word.chmod(0o600)
    if owner is not None:
        os.chown(word, owner.pw_uid, owner.pw_gid)
    words = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={word}", "--encoding=UTF8", "--locale=C"]
    done = subprocess.run(
        [str(programs / "initdb"), f"--pgdata={home / 'data'}", "--no-sync", *words],
        cwd=home,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=_START_SECONDS,
        check=False,
        **_identity(owner),
    )
    word.unlink()
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr.strip()}")
    return programs


def _launch(home: Path, programs: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free loopback port and wait until it answers."""
    port = _free_port()
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(home / "data"), "-p", str(port), *settings],
            cwd=home,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **_identity(_owner()),
        )
    ready = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        # The server notes its state in the last line of this file.
        if ready.exists() and ready.read_text().rstrip().endswith("ready"):
            return server, port
        time.sleep(_GLANCE_SECONDS)
    if server.poll() is None:
        server.kill()
        server.wait(_STOP_SECONDS)
    raise NoPostgres(f"the server ended or hung: {(home / 'server.log').read_text(errors='replace').strip()[-500:]}")


def _owner() -> pwd.struct_passwd | None:
    """Return whom the server runs as: PostgreSQL refuses to run as root; None means ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _identity(owner: pwd.struct_passwd | None) -> _Identity:
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _reachable(programs: Path, home: Path, owner: pwd.struct_passwd) -> Path:
    """Return the programs, copied into `home` when their own folder lies where the owner may not look."""
    question = [str(programs / "postgres"), "--version"]
    try:
        subprocess.run(question, capture_output=True, check=True, cwd="/", **_identity(owner))
    except (OSError, subprocess.CalledProcessError):
        return _copied(programs, home, owner)
    return programs


def _copied(programs: Path, home: Path, owner: pwd.struct_passwd) -> Path:
    """Copy an installation into `home`; return its folder of programs, which belongs to the owner."""
    # A wheel keeps the libraries of its programs in a folder beside the package, which they find by a relative path.
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = home / "copy"
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name)
        shutil.copytree(package, copy / package.name, symlinks=True)
        copied = copy / package.name / programs.parent.name / programs.name
    else:
        shutil.copytree(programs.parent, copy, symlinks=True)
        copied = copy / programs.name
    for path in (copy, *copy.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    return copied


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _leave(path: Path, text: str) -> None:
    """Write a file so that a reader sees it whole or not at all."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").rename(path)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(words: list[str]) -> int:
    """Start a server and print its URL, or stand guard over one."""
    match words:
        case ["start", folder, watched]:
            try:
                print(start(Path(folder).resolve(), int(watched)))
            except NoPostgres as problem:
                print(problem, file=sys.stderr)
                return 1
        case ["guard", folder, watched, programs]:
            guard(Path(folder), int(watched), Path(programs))
        case _:
            print("usage: python -m tools.private_postgres start FOLDER PID", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
