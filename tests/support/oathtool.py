"""An authenticator app that is none of ours: oathtool of Debian's package of that name."""

import fcntl
import shutil
import subprocess
from datetime import datetime
from functools import lru_cache

import pytest

from support import run_folder
from tools.debian import CannotInstall, install

_PATIENCE_SECONDS = 60


def app_code(manual_key: str, at: datetime, *, algorithm: str = "SHA1", digits: int = 6, period: int = 30) -> str:
    """Return what the app shows at a moment for a secret in base32."""
    words = (
        *(_program(), f"--totp={algorithm.lower()}", "--base32", f"--digits={digits}", f"--time-step-size={period}s"),
        *(f"--now=@{int(at.timestamp())}", "-"),
    )
    # By standard input, as its manual asks: what stands on a command line is read by every process of the machine.
    done = subprocess.run(
        words, input=manual_key, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@lru_cache(maxsize=1)
def _program() -> str:
    """Return the path of the program, installed where it is missing; the test's workers wait for one another."""
    with (run_folder.folder() / "oathtool.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if shutil.which("oathtool") is None:
            try:
                install("oathtool")
            except CannotInstall as problem:
                pytest.fail(f"the tests need oathtool as an independent authenticator: {problem}", pytrace=False)
        found = shutil.which("oathtool")
    assert found is not None
    return found
