"""The parts that passwords are judged, kept and mailed by."""

from dataclasses import dataclass

from gatepass.app.foundations import Foundations
from gatepass.app.ground import Ground
from gatepass.gate import metrics
from gatepass.kit.fetch import Fetcher
from gatepass.methods.password.breaches.asking import Breaches
from gatepass.methods.password.breaches.file import BreachFile
from gatepass.methods.password.flows import Changes, Keeper, ResetMailer, Resets, SignIns
from gatepass.methods.password.hashing.own import OwnHashes
from gatepass.methods.password.hashing.pool import HashingPool
from gatepass.methods.password.judging import Judge


@dataclass(frozen=True, slots=True)
class Passwords:
    """All that is done with passwords."""

    sign_ins: SignIns
    resets: Resets
    changes: Changes


def judge_of(foundations: Foundations, fetcher: Fetcher) -> Judge:
    """Return what judges passwords.

    Raises:
        UnreadableList: the file of breached passwords that is set can't be read.
    """
    settings = foundations.settings.passwords
    pool = HashingPool(settings.threads, settings.most_waiting, metrics.move_hashing, metrics.count_not_hashed)
    file = None if settings.breach_file is None else BreachFile(settings.breach_file)
    breaches = Breaches(file, settings.breach_url, fetcher, metrics.count_breach_lookup)
    return Judge(pool, OwnHashes(settings.memory_kib, settings.passes), foundations.key_ring, breaches)


def passwords_of(foundations: Foundations, ground: Ground) -> Passwords:
    """Return all that is done with passwords."""
    database, clock, judge = foundations.database, foundations.clock, judge_of(foundations, ground.fetcher)
    keeper = Keeper(ground.authenticators, ground.login)
    mailer = ResetMailer(foundations.key_ring, ground.outbox, ground.addresses, ground.applications, ground.most_mails)
    fresh = foundations.settings.sessions.fresh
    return Passwords(
        SignIns(database, clock, judge, ground.login, keeper),
        Resets(database, clock, judge, keeper, mailer),
        Changes(database, clock, judge, keeper, fresh),
    )
