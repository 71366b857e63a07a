"""The plan of the house: which packages are slices, and which of them form the spine."""

from dataclasses import dataclass

SPINE = (
    *(
        "login",
        "impersonation",
        "tokens",
        "sessions",
        "invitations",
        "access",
        "organizations",
        "authenticators",
        "users",
    ),
    *("domains", "templates", "applications"),
)
SLICES = (*SPINE, "mfa", "directory", "webhooks", "transfer", "blueprint", "protection", "audit", "outbox")
FOLDERS_OF_SLICES = ("methods", "provider", "web")
NOT_SLICES = ("app", "cli", "worker", "settings", "migrations", "api", "gate", "protocols", "kit")


@dataclass(frozen=True)
class Place:
    """Where a module stands: its slice (`methods.magic_link`) and the part of the slice (`flows`; empty: the law)."""

    slice: str
    part: str


def place(module: str) -> Place | None:
    """Return where a module, or a name imported from one, stands; None outside every slice."""
    root, *parts = module.split(".")
    if root != "gatepass" or not parts:
        return None
    depth = 2 if parts[0] in FOLDERS_OF_SLICES else 1
    name = ".".join(parts[:depth])
    if len(parts) < depth or (depth == 1 and name not in SLICES):
        return None
    return Place(name, parts[depth] if len(parts) > depth else "")


def package(module: str) -> str:
    """Return the top package of Gatepass that a module belongs to, `users` for `gatepass.users.flows`."""
    parts = module.split(".")
    return parts[1] if parts[0] == "gatepass" and len(parts) > 1 else ""
