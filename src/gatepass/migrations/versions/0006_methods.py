"""Methods: authenticators and what each kind keeps, sign-ins of two steps, remembered devices, budgets of SMS."""

from alembic import op

from gatepass.migrations import columns
from gatepass.migrations.columns import index, key, needed, optional, table

revision = "0006"
down_revision = "0005"

_TABLES = (
    "code_mails",
    "dev_messages",
    "sms_codes",
    "sms_verdicts",
    "sms_counters",
    "mfa_challenges",
    "mfa_tokens",
    "remembered_devices",
    "password_resets",
    "passwords",
    "backup_codes",
    "passkey_ceremonies",
    "passkeys",
    "totp_secrets",
    "authenticators",
)
_ATTEMPT_COLUMNS = ("proven_at", "amr", "wants_mfa", "factor_failures")


def upgrade() -> None:
    """Take the step."""
    op.add_column("applications", needed("methods", columns.json_text(), "'{}'"))
    op.add_column("login_attempts", optional("proven_at", columns.moment()))
    op.add_column("login_attempts", needed("amr", columns.json_text(), "'[]'"))
    op.add_column("login_attempts", needed("wants_mfa", columns.truth(), "false"))
    op.add_column("login_attempts", needed("factor_failures", columns.whole_number(), "0"))
    _codes()
    _authenticators()
    _passkeys()
    _passwords()
    _second_steps()
    _messages()


def _codes() -> None:
    # The code itself, where a mail that is sent anew shall carry the same one.
    op.add_column("one_time_codes", optional("sealed", columns.octets()))
    table(
        "code_mails",
        key(),
        needed("attempt_id", columns.identifier()),
        needed("address_key", columns.words()),
        needed("created_at", columns.moment()),
    )
    index("ix_code_mails_address", "code_mails", ["address_key", "created_at"])


def _authenticators() -> None:
    table(
        "authenticators",
        key(),
        needed("user_id", columns.identifier()),
        needed("kind", columns.words()),
        needed("name", columns.words()),
        # What it reaches, such as a phone number; empty where it reaches nothing.
        needed("target", columns.words()),
        needed("created_at", columns.moment()),
        # An enrolment that nobody confirmed proves nothing.
        optional("confirmed_at", columns.moment()),
        optional("last_used_at", columns.moment()),
    )
    index("ix_authenticators_user", "authenticators", ["user_id"])
    index("ix_authenticators_unconfirmed", "authenticators", ["created_at"], where="confirmed_at IS NULL")
    table(
        "totp_secrets",
        key("authenticator_id"),
        needed("user_id", columns.identifier()),
        needed("sealed", columns.octets()),
        needed("algorithm", columns.words()),
        needed("digits", columns.whole_number()),
        needed("period_seconds", columns.whole_number()),
        # The last step that was accepted; that one and what is before it never is again (RFC 6238 §5.2).
        needed("last_step", columns.whole_number()),
    )
    index("ix_totp_secrets_user", "totp_secrets", ["user_id"])
    # Until a code was typed back no step was accepted: an enrolment that nobody confirmed.
    index("ix_totp_secrets_unconfirmed", "totp_secrets", ["authenticator_id"], where="last_step = 0")
    table(
        "backup_codes",
        key(),
        needed("user_id", columns.identifier()),
        needed("code_mac", columns.octets()),
        needed("created_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )
    index("ux_backup_codes_code", "backup_codes", ["user_id", "code_mac"], is_unique=True)


def _passkeys() -> None:
    table(
        "passkeys",
        key("authenticator_id"),
        needed("user_id", columns.identifier()),
        needed("credential_id", columns.octets()),
        needed("rp_id", columns.words()),
        needed("public_key", columns.octets()),
        needed("sign_count", columns.whole_number()),
        needed("aaguid", columns.words()),
        needed("transports", columns.json_text()),
        needed("attestation_type", columns.words()),
        needed("is_backup_eligible", columns.truth()),
        needed("is_backed_up", columns.truth()),
        needed("is_user_verified", columns.truth()),
        optional("modified_at", columns.moment()),
    )
    index("ux_passkeys_credential", "passkeys", ["credential_id"], is_unique=True)
    index("ix_passkeys_user", "passkeys", ["user_id"])
    table(
        "passkey_ceremonies",
        key(),
        needed("handle_hash", columns.octets()),
        needed("purpose", columns.words()),
        needed("challenge", columns.octets()),
        needed("rp_id", columns.words()),
        needed("user_verification", columns.words()),
        optional("application_id", columns.identifier()),
        optional("user_id", columns.identifier()),
        optional("attempt_id", columns.identifier()),
        optional("browser_hash", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )
    index("ux_passkey_ceremonies_handle", "passkey_ceremonies", ["handle_hash"], is_unique=True)


def _passwords() -> None:
    table(
        "passwords",
        key("user_id"),
        needed("hashed", columns.words()),
        needed("created_at", columns.moment()),
        needed("modified_at", columns.moment()),
        # Set where it was found in a breach or an operator wants another one.
        needed("must_change", columns.truth()),
    )
    # How a password is set by mail: for an address, whoever it belongs to by then.
    table(
        "password_resets",
        key(),
        needed("attempt_id", columns.identifier()),
        needed("application_id", columns.identifier()),
        needed("address_key", columns.words()),
        needed("secret_hash", columns.octets()),
        needed("code_mac", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )
    index("ix_password_resets_attempt", "password_resets", ["attempt_id"])
    index("ix_password_resets_address", "password_resets", ["address_key"])


def _second_steps() -> None:
    table(
        "remembered_devices",
        key(),
        needed("user_id", columns.identifier()),
        needed("token_hash", columns.octets()),
        needed("network", columns.words()),
        needed("user_agent", columns.words()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        needed("last_used_at", columns.moment()),
        optional("revoked_at", columns.moment()),
    )
    # One cookie for all the people of a browser; each is remembered by themselves, the latest time counts.
    index("ix_remembered_devices_user", "remembered_devices", ["user_id", "token_hash"])
    _calls()


def _calls() -> None:
    table(
        "mfa_tokens",
        key(),
        needed("token_hash", columns.octets()),
        needed("application_id", columns.identifier()),
        needed("user_id", columns.identifier()),
        # The sign-in whose second step it is; it ends with that.
        needed("attempt_id", columns.identifier()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
    )
    index("ux_mfa_tokens_token", "mfa_tokens", ["token_hash"], is_unique=True)
    index("ix_mfa_tokens_user", "mfa_tokens", ["user_id"])
    table(
        "mfa_challenges",
        key(),
        needed("handle_hash", columns.octets()),
        needed("attempt_id", columns.identifier()),
        needed("user_id", columns.identifier()),
        needed("kind", columns.words()),
        needed("code_mac", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )
    index("ux_mfa_challenges_handle", "mfa_challenges", ["handle_hash"], is_unique=True)


def _messages() -> None:
    # How many messages went, what they cost and how many were answered, by window and by key: a country, a prefix,
    # the whole house.
    table(
        "sms_counters",
        key("key"),
        needed("window_began_at", columns.moment()),
        needed("sent", columns.whole_number()),
        needed("verified", columns.whole_number()),
        needed("cost_micros", columns.whole_number()),
    )
    # A circuit that the guard opened, until when, and why.
    table(
        "sms_verdicts",
        key("key"),
        needed("reason", columns.words()),
        needed("created_at", columns.moment()),
        needed("until", columns.moment()),
    )
    table(
        "sms_codes",
        key("attempt_id"),
        needed("code_mac", columns.octets()),
        needed("created_at", columns.moment()),
        needed("expires_at", columns.moment()),
        optional("spent_at", columns.moment()),
    )
    # What a server in development shows in place of sending it.
    table(
        "dev_messages",
        key(),
        needed("recipient", columns.words()),
        needed("text", columns.words()),
        needed("code", columns.words()),
        needed("created_at", columns.moment()),
    )
    index("ix_dev_messages_recipient", "dev_messages", ["recipient"])


def downgrade() -> None:
    """Take the step back; what the tables held is gone."""
    for name in _TABLES:
        op.drop_table(name)
    for name in _ATTEMPT_COLUMNS:
        op.drop_column("login_attempts", name)
    op.drop_column("one_time_codes", "sealed")
    op.drop_column("applications", "methods")
