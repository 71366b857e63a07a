"""Looking whether a record holds: every link, and every checkpoint's signature. Pure; the links are handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, Final

from gatepass.audit.chain import digests
from gatepass.audit.chain.model import (
    CHECKPOINT_TYPE,
    Break,
    Checkpoint,
    Fault,
    Link,
    Tip,
    TrustedKey,
    Verdict,
)
from gatepass.protocols.jose import TokenRefused, peek
from gatepass.protocols.jose.compact import read_object, take_apart

Keys = Mapping[str, TrustedKey]
_WHOLE: Final = (int,)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a checkpoint's signature vouches for."""

    sequence: int
    digest: bytes
    previous: int


class Verification:
    """Takes the links of a record in their order and remembers the first that does not hold.

    Args:
        keys: whose signatures count, by their ids.
        start: what stands before the first link; it must have been proven.
    """

    def __init__(self, keys: Keys, start: Tip) -> None:
        self._keys = keys
        self._tip = start
        self._covered: int | None = None
        self.verdict = Verdict(covered=start.sequence)

    @property
    def is_broken(self) -> bool:
        """Tell whether a break was found; what follows it is not looked at."""
        return self.verdict.broken is not None

    def take(self, link: Link) -> None:
        """Look at the next event."""
        if self.is_broken:
            return
        expected = self._tip.sequence + 1
        if link.sequence != expected:
            self._break(*_misplaced(expected, link.sequence))
            return
        if not self._holds(link):
            self._break(Fault.ROW_CHANGED, expected, f"Event {expected} is not what was sealed: {link.id}.")
            return
        self._tip = Tip(expected, link.digest or b"")
        is_anonymous = link.subject_salt is None or link.caller_salt is None
        self.verdict = replace(
            self.verdict,
            first=self.verdict.first or expected,
            last=expected,
            events=self.verdict.events + 1,
            anonymized=self.verdict.anonymized + is_anonymous,
        )

    def take_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Look at a checkpoint, as soon as every event that it covers was taken."""
        if self.is_broken:
            return
        sequence = checkpoint.sequence
        stated = read_checkpoint(checkpoint, self._keys)
        if stated is None:
            self._break(Fault.CHECKPOINT_FORGED, sequence, f"The checkpoint at event {sequence} is not signed by us.")
        elif sequence > self._tip.sequence:
            missing = self._tip.sequence + 1
            sentence = f"Event {missing} is missing: a checkpoint vouches for events up to {sequence}."
            self._break(Fault.ROW_MISSING, missing, sentence)
        elif sequence < self._tip.sequence:
            sentence = f"The checkpoint at event {sequence} stands behind event {self._tip.sequence}."
            self._break(Fault.CHECKPOINT_MISSING, sequence, sentence)
        elif not compare_digest(stated.digest, self._tip.digest):
            begin = (self._covered or self.verdict.first or 1) + (self._covered is not None)
            sentence = (
                f"Between event {begin} and {sequence} the record was written anew: its checkpoint says otherwise."
            )
            self._break(Fault.ROW_CHANGED, begin, sentence)
        elif self._covered is not None and stated.previous != self._covered:
            sentence = f"A checkpoint between event {self._covered} and {sequence} is missing."
            self._break(Fault.CHECKPOINT_MISSING, sequence, sentence)
        else:
            self._covered = sequence
            checkpoints = self.verdict.checkpoints + 1
            self.verdict = replace(self.verdict, checkpoints=checkpoints, covered=max(sequence, self.verdict.covered))

    def fail(self, fault: Fault, sequence: int, sentence: str) -> None:
        """Note a break that whoever reads the record has found."""
        if not self.is_broken:
            self._break(fault, sequence, sentence)

    def _holds(self, link: Link) -> bool:
        if link.digest is None or link.subject_digest is None or link.caller_digest is None:
            return False
        if link.subject_salt is None:
            is_subject = digests.is_subject_blank(link)
        else:
            is_subject = compare_digest(digests.subject_digest(link, link.subject_salt), link.subject_digest)
        if link.caller_salt is None:
            is_caller = digests.is_caller_blank(link)
        else:
            is_caller = compare_digest(digests.caller_digest(link, link.caller_salt), link.caller_digest)
        expected = digests.link_digest(self._tip.digest, link, link.subject_digest, link.caller_digest)
        return is_subject and is_caller and compare_digest(expected, link.digest)

    def _break(self, fault: Fault, sequence: int, sentence: str) -> None:
        self.verdict = replace(self.verdict, broken=Break(fault, sequence, sentence))


def read_checkpoint(checkpoint: Checkpoint, keys: Keys) -> Stated | None:
    """Return what a checkpoint's signature vouches for; None where it is none of ours, or says something else.

    A key that was withdrawn had leaked: what it is said to have signed since counts for nothing.
    """
    head = peek(checkpoint.signed)
    trusted = keys.get(head.kid) if head is not None else None
    if head is None or trusted is None or head.typ != CHECKPOINT_TYPE or head.alg != trusted.verifier.algorithm.value:
        return None
    token = take_apart(checkpoint.signed)
    if not trusted.verifier.verifies(token.message, token.signature):
        return None
    try:
        claims = read_object(token.payload)
        stated = _stated(claims)
        signed_at = datetime.fromtimestamp(_whole(claims["iat"]), UTC)
    except (TokenRefused, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    if trusted.withdrawn_at is not None and signed_at > trusted.withdrawn_at:
        return None
    is_same = stated.sequence == checkpoint.sequence and compare_digest(stated.digest, checkpoint.digest)
    return stated if is_same else None


def _stated(claims: dict[str, Any]) -> Stated:
    return Stated(_whole(claims["sequence"]), bytes.fromhex(claims["digest"]), _whole(claims["previous"]))


def _whole(value: object) -> int:
    if type(value) not in _WHOLE:
        raise TypeError("no whole number")
    return int(str(value))


def _misplaced(expected: int, found: int) -> tuple[Fault, int, str]:
    if found > expected:
        return Fault.ROW_MISSING, expected, f"Event {expected} is missing: event {found} follows."
    return Fault.ROW_CHANGED, expected, f"Where event {expected} should stand, event {found} stands."
