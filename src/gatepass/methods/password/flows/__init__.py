"""How somebody signs in by a password, and how one is set, replaced and changed."""

from gatepass.methods.password.breaches.file import BreachFile, UnreadableList
from gatepass.methods.password.breaches.file import build as build_breach_file
from gatepass.methods.password.flows.changing import Changes
from gatepass.methods.password.flows.forgetting import forget_address, forget_user
from gatepass.methods.password.flows.keeping import Keeper
from gatepass.methods.password.flows.mailing import ResetMailer
from gatepass.methods.password.flows.resetting import Resets
from gatepass.methods.password.flows.sign_in import AMR, METHOD, SignIns

__all__ = [
    "AMR",
    "METHOD",
    "BreachFile",
    "Changes",
    "Keeper",
    "ResetMailer",
    "Resets",
    "SignIns",
    "UnreadableList",
    "build_breach_file",
    "forget_address",
    "forget_user",
]
