"""The lines of the table: what is measured, against whom it is judged, and how much better Gatepass means to be."""

from dataclasses import dataclass

from bench.contest import Results, Sample, middle_of

GATEPASS = "Gatepass"


@dataclass(frozen=True)
class Line:
    """One operation.

    Attributes:
        key: What entries and ``--only`` call it.
        title: What the table calls it.
        parts: Lines whose requests together make this one up; empty for a line that is measured itself.
        rival: The server that the target is about; empty where no peer has the operation.
        target: How many times the rival's processor time per request Gatepass's should fit into.
    """

    key: str
    title: str
    parts: tuple[str, ...] = ()
    rival: str = ""
    target: float | None = None


LINES = (
    Line("send", "magic link: send", rival="better-auth", target=7.0),
    Line("deliver", "mail: render and deliver by SMTP"),
    Line(
        "verify",
        "magic link: verify and hand out tokens",
        parts=("redeem", "collect"),
        rival="better-auth",
        target=10.0,
    ),
    Line("redeem", "  of which verify (GET of the link's API)"),
    Line("collect", "  of which the status call with tokens"),
    Line("code", "code by e-mail: verify and hand out tokens"),
    Line("status", "status of a pending attempt"),
    Line("refresh", "refresh by the documented call", rival="oidc-provider, ES256 JWT", target=1.8),
    Line("credentials", "client credentials", rival="oidc-provider, ES256 JWT", target=2.0),
    Line("authorize", "silent authorization: a browser's cookie for a code"),
    Line("exchange", "authorization code exchange"),
    Line("renew", "refresh, access and id token", rival="oidc-provider, ES256 JWT", target=1.8),
    Line("renew-rs256", "  the same, signed with RS256"),
    Line("introspect", "introspection", rival="oidc-provider, defaults", target=3.0),
    Line("session", "session look-up", rival="better-auth", target=20.0),
    Line("jwks", "key set (JWKS)", rival="oidc-provider", target=2.5),
)

MEMORY_TARGET = 70.0
"""Megabytes resident when idle, at most."""
FIRST_ANSWER_TARGET = 0.8
"""Seconds to the first answer, at most."""


@dataclass(frozen=True)
class Comparison:
    """One row of the table: Gatepass beside one server in one line.

    Attributes:
        ratio: The server's processor time per request over Gatepass's.
        target: What the ratio should reach; None where this pair isn't judged.
        spread: Lowest and highest of Gatepass's processor times.
    """

    line: Line
    ours: Sample | None
    server: str = ""
    theirs: Sample | None = None
    note: str = ""
    spread: tuple[float, float] = (0.0, 0.0)

    @property
    def ratio(self) -> float | None:
        """How many times less processor time Gatepass takes."""
        return self.theirs.cpu / self.ours.cpu if self.theirs and self.ours else None

    @property
    def target(self) -> float | None:
        """What the ratio should reach, if this is the pair that the target is about."""
        return self.line.target if self.server == self.line.rival else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.ratio is None or self.target is None else self.ratio >= self.target


def ours(results: Results, line: Line) -> list[Sample]:
    """Return Gatepass's samples of a line; of a composed line, the sum of its parts round by round."""
    if not line.parts:
        return results.samples.get((line.key, GATEPASS), [])
    rounds = zip(*(results.samples.get((part, GATEPASS), []) for part in line.parts), strict=True)
    return [
        Sample(
            cpu=sum(sample.cpu for sample in samples),
            rate=1 / sum(1 / sample.rate for sample in samples),
            p99=sum(sample.p99 for sample in samples),
        )
        for samples in rounds
    ]


def comparisons(results: Results) -> list[Comparison]:
    """Set Gatepass beside every server in every line that was measured."""
    found: list[Comparison] = []
    for line in LINES:
        samples = ours(results, line)
        mine = middle_of(samples) if samples else None
        spread = (
            (min(sample.cpu for sample in samples), max(sample.cpu for sample in samples)) if samples else (0.0, 0.0)
        )
        rivals = [name for key, name in results.samples if key == line.key and name != GATEPASS]
        if samples and not rivals:
            found.append(Comparison(line, mine, note=results.notes.get((line.key, GATEPASS), ""), spread=spread))
        found += [
            Comparison(line, mine, name, results.middle(line.key, name), results.notes[line.key, name], spread)
            for name in rivals
        ]
    return found
