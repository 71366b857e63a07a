"""The verbs that change users: at a sign-in, and by whoever manages them.

A managing verb takes the user whom `hold` returned in the same transaction, so that two changes at once follow one
another, and returns the user as they now are.
"""

from gatepass.users.flows.addresses import add_address, make_address_primary, remove_address, replace_address, vouch
from gatepass.users.flows.contacts import add_phone, make_phone_primary, remove_phone, unlink, vouch_phone
from gatepass.users.flows.credentials import consume_credential, open_credential, seal_credential
from gatepass.users.flows.people import admit, change, create, hold, hold_present, merge_metadata, purge_person
from gatepass.users.flows.placing import place_all
from gatepass.users.flows.sign_in import change_profile, meet_caller, meet_reader, signed_in
from gatepass.users.flows.standing import activate, block, deactivate, delete, restore, unblock

__all__ = [
    "activate",
    "add_address",
    "add_phone",
    "admit",
    "block",
    "change",
    "change_profile",
    "consume_credential",
    "create",
    "deactivate",
    "delete",
    "hold",
    "hold_present",
    "make_address_primary",
    "make_phone_primary",
    "meet_caller",
    "meet_reader",
    "merge_metadata",
    "open_credential",
    "place_all",
    "purge_person",
    "remove_address",
    "remove_phone",
    "replace_address",
    "restore",
    "seal_credential",
    "signed_in",
    "unblock",
    "unlink",
    "vouch",
    "vouch_phone",
]
