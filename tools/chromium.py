"""Makes sure that there is a Chromium for the tests: `python -m tools.chromium`.

Playwright's own browser builds come from a download of their own, which a closed network does not have and a lock file
does not cover; Debian's package does the same work. GATEPASS_TEST_CHROMIUM names another executable.
"""

import os
import shutil
import sys

from tools.debian import CannotInstall, install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoChromium(Exception):
    """No browser could be had; the message says what was tried."""


def find() -> str | None:
    """Return the path of a Chromium that is installed, or None.

    Raises:
        NoChromium: GATEPASS_TEST_CHROMIUM names something that cannot be run.
    """
    named = os.environ.get("GATEPASS_TEST_CHROMIUM")
    if named:
        path = shutil.which(named)
        if path is None:
            raise NoChromium(f"GATEPASS_TEST_CHROMIUM is {named!r}, which is no program that can be run")
        return path
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> str:
    """Return the path of a Chromium, installing Debian's package when there is none.

    Raises:
        NoChromium: there is none and it could not be installed.
    """
    path = find()
    if path is not None:
        return path
    tried = f"no {', '.join(NAMES)} on PATH"
    try:
        install("chromium")
    except CannotInstall as problem:
        raise NoChromium(f"the browser tests need Chromium: {tried}; {problem}") from problem
    path = find()
    if path is None:
        raise NoChromium(f"the browser tests need Chromium: {tried}, not even after installing the chromium package")
    return path


def main() -> int:
    """Say which browser the tests will use; exit with 1 when there is none."""
    try:
        print(f"Browser for the tests: {ensure()}")
    except NoChromium as problem:
        print(f"gatepass: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
