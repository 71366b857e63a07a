"""Resolves requirements/*.in into lock files: `python -m tools.lock [--upgrade]`.

Pins that still fit stay as they are. Every file is pinned by its hashes, for every platform at once, and a lock must
not say where its packages come from: an address would bind everybody to one mirror, or tell the world of a private one.
"""

import re
import subprocess
import sys
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "requirements"
_NAMES = ("runtime", "development")
_ADDRESS = re.compile(
    r"https?://|^\s*-(?:i\b|f\b|-index|-extra-index|-find-links|-trusted-host)|\bfile:|@\s*/", re.MULTILINE
)
_RESOLVE = (
    *("--universal", "--python-version=3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header", "--quiet"),
)


def addresses(text: str) -> list[str]:
    """Return the lines of a lock that say where something is to be fetched from."""
    return [line.strip() for line in text.splitlines() if _ADDRESS.search(line)]


def problems(folder: Path = _FOLDER) -> list[str]:
    """Return what is wrong with the lock files of a folder, a sentence each."""
    found: list[str] = []
    for name in _NAMES:
        lock = folder / f"{name}.lock"
        if not lock.exists():
            found.append(f"{lock.name}: missing; run `make lock`")
            continue
        found += [f"{lock.name}: holds an address: {line}" for line in addresses(lock.read_text())]
    return found


def main(words: list[str]) -> int:
    """Write the lock files; exit with 1 when one could not be resolved or holds an address."""
    for name in _NAMES:
        command = ["uv", "pip", "compile", f"{name}.in", f"--output-file={name}.lock", *_RESOLVE, *words]
        resolved = subprocess.run([sys.executable, "-m", *command], cwd=_FOLDER, check=False)
        if resolved.returncode:
            return resolved.returncode
        print(f"requirements/{name}.lock is up to date.")
    found = problems()
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
