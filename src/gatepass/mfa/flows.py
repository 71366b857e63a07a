"""What others may do with the second step: take people through it, open it for whom a server or a session vouches."""

from gatepass.mfa.stepping import MfaFlows, Where, by_attempt, by_token, may_enrol
from gatepass.mfa.store import purge_of as forget_user
from gatepass.mfa.store import revoke_device, revoke_devices
from gatepass.mfa.vouching import step_up, vouch

__all__ = [
    "MfaFlows",
    "Where",
    "by_attempt",
    "by_token",
    "forget_user",
    "may_enrol",
    "revoke_device",
    "revoke_devices",
    "step_up",
    "vouch",
]
