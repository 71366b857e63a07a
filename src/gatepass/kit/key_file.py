"""The master key's file: made once, readable by its owner alone."""

import os
from pathlib import Path

from gatepass.kit.secrets import KeyRing, MasterKey, Secret

_OWNER_ONLY = 0o600
_EVERYBODY_ELSE = 0o077


class KeyFileFault(Exception):
    """Raised with a sentence that says what is wrong with the master key and what to do."""


def make_key_file(path: Path) -> None:
    """Write a new random master key to a file of mode 0600.

    Raises:
        KeyFileFault: the file is there already; a key is never overwritten, because all that it sealed would be lost.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError:
        raise KeyFileFault(f"{path} is there already and stays as it is; what it sealed needs it.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(MasterKey.generate().to_text() + "\n")
        file.flush()
        os.fsync(file.fileno())


def is_private(path: Path) -> bool:
    """Tell whether nobody but its owner may read a file."""
    return path.stat().st_mode & _EVERYBODY_ELSE == 0


def read_key_ring(given: Secret | None, path: Path) -> KeyRing:
    """Return the key ring of the given master keys, or of the key file.

    Args:
        given: one or more keys in base64, separated by commas, the present one first; None to read the file.
        path: the key file, one key a line, the present one first.

    Raises:
        KeyFileFault: there is no key, others may read the file, or a key is malformed.
    """
    texts = given.reveal().split(",") if given is not None else _read(path)
    try:
        keys = [MasterKey.from_text(text) for text in texts if text.strip()]
        return KeyRing(keys)
    except ValueError as error:
        raise KeyFileFault(f"The master key is not 32 bytes in base64: {error}") from None


def _read(path: Path) -> list[str]:
    if not path.is_file():
        raise KeyFileFault(f"There is no master key: {path} is missing. Make it with `gatepass keys init`.")
    if not is_private(path):
        raise KeyFileFault(f"Others may read the master key. Run: chmod 600 {path}")
    try:
        return path.read_text().splitlines()
    except OSError as error:
        raise KeyFileFault(f"The master key can't be read: {error}.") from None
    except UnicodeDecodeError:
        # Its own words would show a byte of the file.
        raise KeyFileFault(f"{path} holds no text; the master key is 32 bytes in base64.") from None
