"""What an application may say of its ways to sign in."""

from collections.abc import Iterator

from gatepass.applications.model import FACTORS, METHODS, MethodPolicies, MfaMode, MfaPolicy

SHORTEST_CODE_SECONDS = 60
LONGEST_CODE_SECONDS = 600  # ASVS 5.0 §6.5.5: at most ten minutes
_BEST_SCORE = 4
_LONGEST_MEMORY_DAYS = 365
_LONGEST_GRACE_DAYS = 90


def faults(policies: MethodPolicies) -> Iterator[str]:
    """Yield every fault of an application's ways to sign in, each as a sentence that says what to do."""
    if not policies.offered:
        yield "Offer at least one way to sign in, such as magic_link."
    unknown = [key for key in policies.offered if key not in METHODS]
    if unknown:
        yield f"{', '.join(unknown)[:100]} is no way to sign in; there are {', '.join(METHODS)}."
    if len(set(policies.offered)) < len(policies.offered):
        yield "Name each way to sign in once."
    email, sms, password = policies.email_code, policies.sms, policies.password
    yield from _between("A code by e-mail", email.digits, 6, 8, "digits")
    yield from _between("A code by SMS", sms.digits, 4, 8, "digits")
    for name, seconds in (("e-mail", email.lifetime_seconds), ("SMS", sms.lifetime_seconds)):
        yield from _between(
            f"A code by {name}", seconds, SHORTEST_CODE_SECONDS, LONGEST_CODE_SECONDS, "seconds of life"
        )
    yield from _between("A password", password.least_length, 8, 64, "characters at least")
    yield from _between("The least score of a password", password.least_score, 0, _BEST_SCORE, "by zxcvbn")
    yield from _mfa(policies.mfa)


def _mfa(policy: MfaPolicy) -> Iterator[str]:
    unknown = [kind for kind in policy.factors if kind not in FACTORS]
    if unknown:
        yield f"{', '.join(unknown)[:100]} is no second factor; there are {', '.join(FACTORS)}."
    if policy.mode is MfaMode.REQUIRED_FOR_ROLES and not policy.roles:
        yield "Name the roles that need a second factor."
    yield from _between("A device is remembered for", policy.remember_days, 0, _LONGEST_MEMORY_DAYS, "days")
    yield from _between("Enrolment may be put off for", policy.grace_days, 0, _LONGEST_GRACE_DAYS, "days")


def _between(what: str, value: int, least: int, most: int, unit: str) -> Iterator[str]:
    if not least <= value <= most:
        yield f"{what}: {least} to {most} {unit}; {value} is outside."
