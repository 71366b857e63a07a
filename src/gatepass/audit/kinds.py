"""The name of every event that there is, its family, and what it means."""

from enum import StrEnum


class Family(StrEnum):
    """What an event is about, for filters and streams."""

    AUTHENTICATION = "authentication"
    AUTHORIZATION = "authorization"
    SESSION = "session"
    ACCOUNT = "account"
    SYSTEM = "system"


class EventKind(StrEnum):
    """Every event of Gatepass, named `subject.thing.happened`."""

    LOGIN_REQUESTED = "login.attempt.requested"
    LOGIN_MAIL_REPEATED = "login.mail.repeated"
    LOGIN_SUCCEEDED = "user.login.succeeded"
    LOGIN_REFUSED = "user.login.refused"
    LOGIN_DECLINED = "login.attempt.declined"
    LOGIN_EXHAUSTED = "login.attempt.exhausted"
    REAUTHENTICATED = "user.login.repeated"
    FACTOR_ASKED = "user.factor.asked"
    FACTOR_REFUSED = "user.factor.refused"
    PASSKEY_CLONED = "user.passkey.cloned"
    DEVICE_REMEMBERED = "user.device.remembered"
    DEVICE_FORGOTTEN = "user.device.forgotten"
    SMS_REFUSED = "login.sms.refused"
    CLIENT_REFUSED = "application.authentication.refused"
    CALLER_REFUSED = "management.call.refused"

    REFRESH_REUSED = "token.refresh.reused"
    CODE_REUSED = "token.code.reused"
    TOKEN_REVOKED = "token.access.revoked"  # noqa: S105 - the name of an event
    TOKENS_GRANTED = "token.grant.made"
    CONSENT_GIVEN = "user.consent.given"
    CONSENT_REVOKED = "user.consent.revoked"
    DEVICE_APPROVED = "user.device.approved"
    DEVICE_DENIED = "user.device.denied"
    ROLE_CREATED = "role.definition.created"
    ROLE_CHANGED = "role.definition.changed"
    ROLE_REMOVED = "role.definition.removed"
    PERMISSION_CREATED = "permission.definition.created"
    PERMISSION_CHANGED = "permission.definition.changed"
    PERMISSION_REMOVED = "permission.definition.removed"
    ROLES_ASSIGNED = "user.roles.assigned"

    SESSION_ENDED = "user.session.ended"
    SESSION_LIMIT_REACHED = "user.session.displaced"
    LOGOUT_NOTIFIED = "application.logout.notified"
    IMPERSONATION_STARTED = "user.impersonation.started"
    IMPERSONATION_ENDED = "user.impersonation.ended"

    USER_CREATED = "user.account.created"
    USER_CHANGED = "user.account.changed"
    USER_ACTIVATED = "user.account.activated"
    USER_DEACTIVATED = "user.account.deactivated"
    USER_BLOCKED = "user.account.blocked"
    USER_UNBLOCKED = "user.account.unblocked"
    USER_DELETED = "user.account.deleted"
    USER_RESTORED = "user.account.restored"
    USER_PURGED = "user.account.purged"
    USER_IMPORTED = "user.account.imported"
    AUTHENTICATOR_ADDED = "user.authenticator.added"
    AUTHENTICATOR_CHANGED = "user.authenticator.changed"
    AUTHENTICATOR_REMOVED = "user.authenticator.removed"
    AUTHENTICATORS_RESET = "user.authenticator.reset"
    PASSWORD_RESET_REQUESTED = "user.password.requested"  # noqa: S105 - the name of an event
    ADDRESS_VERIFIED = "user.address.verified"
    ADDRESS_ADDED = "user.address.added"
    ADDRESS_REMOVED = "user.address.removed"
    PHONE_ADDED = "user.phone.added"
    PHONE_REMOVED = "user.phone.removed"
    IDENTITY_REMOVED = "user.identity.removed"
    ORGANIZATION_CREATED = "organization.account.created"
    ORGANIZATION_CHANGED = "organization.account.changed"
    ORGANIZATION_REMOVED = "organization.account.removed"
    ORGANIZATION_DOMAIN_ADDED = "organization.domain.added"
    ORGANIZATION_DOMAIN_PROVED = "organization.domain.proved"
    ORGANIZATION_DOMAIN_LOST = "organization.domain.lost"
    ORGANIZATION_DOMAIN_REMOVED = "organization.domain.removed"
    MEMBER_ADDED = "organization.member.added"
    MEMBER_CHANGED = "organization.member.changed"
    MEMBER_REMOVED = "organization.member.removed"
    INVITATION_SENT = "invitation.mail.sent"
    INVITATION_ACCEPTED = "invitation.offer.accepted"
    INVITATION_REVOKED = "invitation.offer.revoked"
    INVITATION_REFUSED = "invitation.offer.refused"

    SIGNING_KEY_ADDED = "signing_key.rotation.added"
    APPLICATION_CREATED = "application.registration.created"
    APPLICATION_CHANGED = "application.registration.changed"
    APPLICATION_REMOVED = "application.registration.removed"
    APPLICATION_SECRET_ADDED = "application.secret.added"  # noqa: S105 - the name of an event
    APPLICATION_SECRET_REVOKED = "application.secret.revoked"  # noqa: S105 - the name of an event
    CLIENT_REGISTERED = "application.client.registered"
    API_KEY_CREATED = "api_key.secret.created"
    API_KEY_REVOKED = "api_key.secret.revoked"
    OPERATOR_ADDED = "operator.right.granted"
    OPERATOR_REMOVED = "operator.right.removed"
    TEMPLATE_CHANGED = "template.mail.changed"
    TEMPLATE_RESET = "template.mail.reset"
    DOMAIN_ADDED = "domain.host.added"
    DOMAIN_PROVED = "domain.host.proved"
    DOMAIN_LOST = "domain.host.lost"
    DOMAIN_REMOVED = "domain.host.removed"
    WEBHOOK_CREATED = "webhook.endpoint.created"
    WEBHOOK_CHANGED = "webhook.endpoint.changed"
    WEBHOOK_REMOVED = "webhook.endpoint.removed"
    WEBHOOK_STOPPED = "webhook.endpoint.stopped"
    WEBHOOK_SECRET_ROTATED = "webhook.secret.rotated"  # noqa: S105 - the name of an event
    WEBHOOK_REPLAYED = "webhook.delivery.replayed"
    WEBHOOK_TESTED = "webhook.endpoint.tested"
    STREAM_CREATED = "stream.target.created"
    STREAM_CHANGED = "stream.target.changed"
    STREAM_REMOVED = "stream.target.removed"
    STREAM_EVENTS_MISSED = "stream.events.missed"
    EVENTS_PURGED = "events.retention.purged"
    EVENTS_EXPORTED = "events.export.made"
    USERS_IMPORTED = "data.import.finished"
    USERS_EXPORTED = "data.export.finished"
    DATABASE_RESTORED = "data.backup.restored"
    CONFIGURATION_APPLIED = "configuration.file.applied"


REFUSALS: frozenset[EventKind] = frozenset(
    {
        EventKind.LOGIN_REFUSED,
        EventKind.LOGIN_DECLINED,
        EventKind.LOGIN_EXHAUSTED,
        EventKind.CLIENT_REFUSED,
        EventKind.CALLER_REFUSED,
        EventKind.REFRESH_REUSED,
        EventKind.CODE_REUSED,
        EventKind.DEVICE_DENIED,
        EventKind.INVITATION_REFUSED,
        EventKind.FACTOR_REFUSED,
        EventKind.PASSKEY_CLONED,
        EventKind.SMS_REFUSED,
    }
)
"""The kinds that tell of something that was refused; their outcome says so, whoever records them."""

_FIRST = {
    Family.AUTHENTICATION: EventKind.LOGIN_REQUESTED,
    Family.AUTHORIZATION: EventKind.REFRESH_REUSED,
    Family.SESSION: EventKind.SESSION_ENDED,
    Family.ACCOUNT: EventKind.USER_CREATED,
    Family.SYSTEM: EventKind.SIGNING_KEY_ADDED,
}


def _families() -> dict[EventKind, Family]:
    """Return the family of each kind: the enum is written in the order of the families."""
    first = {kind: family for family, kind in _FIRST.items()}
    found: dict[EventKind, Family] = {}
    family = Family.AUTHENTICATION
    for kind in EventKind:
        family = first.get(kind, family)
        found[kind] = family
    return found


FAMILY_OF: dict[EventKind, Family] = _families()
"""The family of each kind."""
