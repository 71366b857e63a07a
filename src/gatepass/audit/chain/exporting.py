"""The record as a file that proves itself: JSON lines with every link, every checkpoint and the keys.

The first line is the head, with the keys and what stands before the first event; then events and checkpoints in their
order, each checkpoint behind the last event that it covers; the last line counts them, so that a file that was cut
short shows.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from gatepass.audit.chain import store
from gatepass.audit.chain.digests import written
from gatepass.audit.chain.lines import (
    FORM,
    EndLine,
    HeadLine,
    checkpoint_line,
    part_of,
    read_line,
    write_line,
    write_part,
)
from gatepass.audit.chain.model import Break, Fault, Tip, TrustedKey, Verdict
from gatepass.audit.chain.verifying import Keys, Verification
from gatepass.audit.chain.walking import Progress, find_beginning, read_part, take_part
from gatepass.kit.db import Database
from gatepass.protocols.jose import Verifier

_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Source:
    """Whose record is exported.

    Args:
        issuer: the server's public address.
        keys: every key that ever signed checkpoints, in the form in which they are published, by their ids.
        withdrawn: since when nothing counts that a key signs, by the key's id.
    """

    issuer: str
    keys: Mapping[str, dict[str, str]]
    withdrawn: Mapping[str, datetime]

    def trusted(self) -> dict[str, TrustedKey]:
        """Return the keys ready to verify, by their ids."""
        return {
            key_id: TrustedKey(Verifier.from_jwk(jwk), self.withdrawn.get(key_id)) for key_id, jwk in self.keys.items()
        }


def source_of(issuer: str, keys: Iterable[tuple[dict[str, str], datetime | None]]) -> Source:
    """Return whose record it is, from every key that ever signed and since when it counts no more."""
    known = [(jwk, withdrawn_at) for jwk, withdrawn_at in keys if jwk.get("kid")]
    withdrawn = {jwk["kid"]: withdrawn_at for jwk, withdrawn_at in known if withdrawn_at is not None}
    return Source(issuer, {jwk["kid"]: jwk for jwk, _ in known}, withdrawn)


async def export_lines(
    database: Database, source: Source, at: datetime, *, since: int = 0, progress: Progress = lambda *_: None
) -> AsyncIterator[bytes]:
    """Yield the lines of an export, each with its end.

    Args:
        database: holds the record.
        source: whose record it is.
        at: when it is exported.
        since: the sequence that must be in it; the file begins at the checkpoint before it, 0 for all.
        progress: is told how far it has come.
    """
    beginning = await database.read(lambda tx: find_beginning(tx, since))
    last = (await database.read(store.find_tip)).sequence
    tip, events, checkpoints = beginning.tip, 0, 0
    yield write_line(_head(source, tip, at))
    if beginning.checkpoint is not None:
        checkpoints += 1
        yield write_line(checkpoint_line(beginning.checkpoint))
    reached = tip.sequence
    while reached < last:
        part = await database.read(lambda tx: read_part(tx, reached, _BATCH))  # noqa: B023 - awaited within the turn
        if not part.links:
            break
        events += len(part.links)
        checkpoints += len(part.checkpoints)
        for line in write_part(part):
            yield line
        reached = part.links[-1].sequence
        progress(reached, max(last, reached))
    yield write_line(EndLine(events=events, checkpoints=checkpoints, last=reached))


def verify_lines(lines: Iterable[bytes], keys: Keys | None = None) -> Verdict:
    """Look whether an export holds; it needs no database and no network.

    Args:
        lines: the file's.
        keys: whose signatures count; None believes the keys that the file itself names.
    """
    unread = iter(lines)
    try:
        head = read_line(next(unread, b""))
        if not isinstance(head, HeadLine) or head.form != FORM:
            return _unreadable("The file does not begin with the head of an export.")
        trusted = keys if keys is not None else keys_of(head.keys)
        verification = Verification(trusted, Tip(head.after, bytes.fromhex(head.previous)))
        return _verified(verification, unread)
    except (msgspec.MsgspecError, ValueError) as error:
        return _unreadable(f"The file's first line can't be read: {error}.")


def keys_of(jwks: Iterable[Mapping[str, Any]]) -> dict[str, TrustedKey]:
    """Return published keys ready to verify, by their ids.

    Raises:
        ValueError: one is no key that we publish.
    """
    found = {}
    for jwk in jwks:
        withdrawn = jwk.get("withdrawn_at")
        verifier = Verifier.from_jwk({name: value for name, value in jwk.items() if isinstance(value, str)})
        found[verifier.key_id] = TrustedKey(verifier, datetime.fromisoformat(withdrawn) if withdrawn else None)
    return found


def _verified(verification: Verification, unread: Iterable[bytes]) -> Verdict:
    number, has_start = 1, verification.verdict.covered == 0
    for raw in unread:
        number += 1
        try:
            line = read_line(raw)
            part = part_of(line)
        except (msgspec.MsgspecError, ValueError) as error:
            verification.fail(Fault.UNREADABLE, verification.verdict.last, f"Line {number} can't be read: {error}.")
            return verification.verdict
        if isinstance(line, EndLine):
            if line.last != max(verification.verdict.last, verification.verdict.covered):
                sentence = f"The file says that it ends with event {line.last}."
                verification.fail(Fault.ROW_MISSING, line.last, sentence)
            return verification.verdict
        if not has_start and [one.sequence for one in part.checkpoints] != [verification.verdict.covered]:
            sentence = "The file does not begin with the checkpoint that proves what stood before it."
            verification.fail(Fault.CHECKPOINT_MISSING, verification.verdict.covered, sentence)
        has_start = True
        take_part(verification, part)
        if verification.is_broken:
            return verification.verdict
    verification.fail(Fault.UNREADABLE, verification.verdict.last, "The file was cut short: its last line is missing.")
    return verification.verdict


def _head(source: Source, tip: Tip, at: datetime) -> HeadLine:
    keys: list[dict[str, Any]] = []
    for key_id, jwk in source.keys.items():
        withdrawn = source.withdrawn.get(key_id)
        keys.append({**jwk, "withdrawn_at": written(withdrawn)} if withdrawn else dict(jwk))
    return HeadLine(
        form=FORM,
        issuer=source.issuer,
        exported_at=written(at),
        after=tip.sequence,
        previous=tip.digest.hex(),
        keys=keys,
    )


def _unreadable(sentence: str) -> Verdict:
    return Verdict(broken=Break(Fault.UNREADABLE, 0, sentence))
