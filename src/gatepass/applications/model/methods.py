"""How an application wants each way to sign in to behave, and when it asks for a second one."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class UserVerification(StrEnum):
    """Whether a passkey must see its owner's finger, face or PIN (WebAuthn §5.8.6)."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    DISCOURAGED = "discouraged"


class MfaMode(StrEnum):
    """When a second factor is asked for."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"
    REQUIRED_FOR_ROLES = "required_for_roles"
    ADAPTIVE = "adaptive"


@dataclass(frozen=True, slots=True)
class EmailCodePolicy:
    """How codes by e-mail behave.

    Args:
        digits: how long a code is; 6 to 8.
        lifetime_seconds: for how long it is good; 60 to 600.
        keeps_code: whether a mail that is sent anew carries the same code; a new one otherwise.
        has_code_in_subject: whether the mail's subject carries the code.
    """

    digits: int = 6
    lifetime_seconds: int = 300
    keeps_code: bool = False
    has_code_in_subject: bool = False

    @property
    def lifetime(self) -> timedelta:
        """Return for how long a code is good."""
        return timedelta(seconds=self.lifetime_seconds)


@dataclass(frozen=True, slots=True)
class SmsPolicy:
    """How codes by SMS behave.

    Args:
        digits: how long a code is; 4 to 8.
        lifetime_seconds: for how long it is good; 60 to 600.
        may_sign_up: whether a first sign-in creates the user.
    """

    digits: int = 6
    lifetime_seconds: int = 300
    may_sign_up: bool = True

    @property
    def lifetime(self) -> timedelta:
        """Return for how long a code is good."""
        return timedelta(seconds=self.lifetime_seconds)


@dataclass(frozen=True, slots=True)
class PasskeyPolicy:
    """How passkeys behave.

    Args:
        user_verification: whether a passkey must verify its owner.
        offers_upgrade: whether somebody who signed in otherwise is offered to make one.
    """

    user_verification: UserVerification = UserVerification.PREFERRED
    offers_upgrade: bool = True


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """How passwords behave.

    Args:
        least_length: how many characters a new one must have; 8 to 64.
        least_score: how hard to guess it must be, by zxcvbn; 0 to 4.
        refuses_breached: whether one that is known from a breach is refused.
        may_sign_up: whether somebody may create their account with one.
    """

    least_length: int = 8
    least_score: int = 2
    refuses_breached: bool = True
    may_sign_up: bool = True


@dataclass(frozen=True, slots=True)
class MfaPolicy:
    """When a second factor is asked for, and which ones will do.

    Args:
        mode: when.
        factors: the kinds of authenticator that may be it; empty for every one but e-mail.
        roles: the slugs of the roles that need one, where the mode is `required_for_roles`.
        remember_days: for how many days a device that proved one may be remembered; 0 to 365, 0 for never.
        grace_days: for how many days after their first sign-in people may put enrolment off; 0 to 90.
    """

    mode: MfaMode = MfaMode.OPTIONAL
    factors: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    remember_days: int = 30
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class MethodPolicies:
    """The ways to sign in that an application offers, and how each behaves.

    Args:
        offered: the keys of the ways, in the order in which pages show them.
        email_code: how codes by e-mail behave.
        sms: how codes by SMS behave.
        passkey: how passkeys behave.
        password: how passwords behave.
        mfa: when a second factor is asked for.
    """

    offered: tuple[str, ...] = ("magic_link", "one_time_code", "passkey")
    email_code: EmailCodePolicy = field(default_factory=EmailCodePolicy)
    sms: SmsPolicy = field(default_factory=SmsPolicy)
    passkey: PasskeyPolicy = field(default_factory=PasskeyPolicy)
    password: PasswordPolicy = field(default_factory=PasswordPolicy)
    mfa: MfaPolicy = field(default_factory=MfaPolicy)


METHODS = ("magic_link", "one_time_code", "sms_code", "passkey", "password")
"""The keys of every way to sign in."""
FACTORS = ("totp", "passkey", "backup_code", "sms", "email")
"""The kinds of authenticator that may be a second factor."""
STRONG_FACTORS = ("totp", "passkey", "backup_code", "sms")
"""Those that are taken where an application names none: whoever reads the mail has proven that already."""
