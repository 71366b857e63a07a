"""The settings of passwords."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_LEAST_MEMORY: Final = 7168  # KiB; the weakest of OWASP's equivalent choices has 7 MiB and five passes
_MOST_MEMORY: Final = 1024 * 1024
_MOST_PASSES: Final = 64
_MOST_THREADS: Final = 64
_MOST_WAITING: Final = 10_000


@dataclass(frozen=True, slots=True)
class PasswordSettings:
    """How passwords are hashed, and what is asked about breached ones."""

    memory_kib: int = field(
        default=19_456,
        metadata={
            "doc": "How much memory one hash takes (Argon2id `m`, in KiB). Hashes that were made otherwise are made "
            "anew at the next sign-in of their owner."
        },
    )
    passes: int = field(default=2, metadata={"doc": "How often a hash goes through its memory (Argon2id `t`)."})
    threads: int = field(
        default=2,
        metadata={
            "doc": "How many passwords each process hashes at once; it needs as many times `memory_kib` for it, and "
            "never more. No more than the machine has cores."
        },
    )
    most_waiting: int = field(
        default=64,
        metadata={"doc": "How many may wait in each process to be hashed; whoever comes then is asked to come again."},
    )
    breach_file: Path | None = field(
        default=None,
        metadata={"doc": "The file of breached passwords that `gatepass breach build` makes; it is asked first."},
    )
    breach_url: str = field(
        default="",
        metadata={
            "doc": "A service that knows breached passwords and is told five of forty digits of a hash, such as "
            "https://api.pwnedpasswords.com/range/. Empty asks none. Where it does not answer, the password is taken."
        },
    )

    def faults(self) -> Iterator[str]:
        """Name every value that can't be used, each in a sentence; nothing when all can."""
        if not _LEAST_MEMORY <= self.memory_kib <= _MOST_MEMORY:
            yield f"GATEPASS_PASSWORDS_MEMORY_KIB must be between {_LEAST_MEMORY} and {_MOST_MEMORY}."
        if not 1 <= self.passes <= _MOST_PASSES:
            yield f"GATEPASS_PASSWORDS_PASSES must be between 1 and {_MOST_PASSES}."
        if not 1 <= self.threads <= _MOST_THREADS:
            yield f"GATEPASS_PASSWORDS_THREADS must be between 1 and {_MOST_THREADS}."
        if not 0 <= self.most_waiting <= _MOST_WAITING:
            yield f"GATEPASS_PASSWORDS_MOST_WAITING must be between 0 and {_MOST_WAITING}."
        if self.breach_url and not self.breach_url.startswith(("https://", "http://")):
            yield "GATEPASS_PASSWORDS_BREACH_URL must be an address, such as https://api.pwnedpasswords.com/range/."
