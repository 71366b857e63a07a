"""Installs Debian and Ubuntu packages where that is allowed, and says what to install where it is not."""

import os
import shutil
import subprocess
from collections.abc import Sequence

_PATIENCE_SECONDS = 900


class CannotInstall(Exception):
    """A package could not be installed; the message says why and what a person can do."""


def install(*packages: str) -> None:
    """Install packages with apt-get, as root or through sudo that asks for no password.

    Raises:
        CannotInstall: this is no Debian, this user may not install, or apt-get refused.
    """
    by_hand = f"install it by hand: apt-get install {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise CannotInstall(f"there is no apt-get here; {by_hand}")
    prefix = root_prefix()
    if prefix is None:
        raise CannotInstall(f"this user is not root and sudo asks for a password; {by_hand}")
    apt_get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    print(f"Installing {', '.join(packages)} with apt-get.", flush=True)
    # An unreachable mirror of one list must not stop what the other lists hold; the installation itself decides.
    _run([*apt_get, "update"])
    problem = _run([*apt_get, "install", "-y", "--no-install-recommends", *packages])
    if problem:
        raise CannotInstall(f"apt-get install {' '.join(packages)} failed ({problem}); {by_hand}")


def root_prefix() -> list[str] | None:
    """Return what to put before a command so that it runs as root, or None where this user may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and not _run(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _run(command: Sequence[str]) -> str:
    """Run a command; return an empty string when it succeeded, else the last line that it said."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {_PATIENCE_SECONDS} s"
    if done.returncode == 0:
        return ""
    words = (done.stderr or done.stdout).strip().splitlines()
    return words[-1] if words else f"exit code {done.returncode}"
