"""What a user's record may hold: each fault is a sentence that says what to do, and all are told together."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from gatepass.users.model import NewPerson, Person, PersonChange, Profile
from gatepass.users.rules import metadata

_LONGEST_NAME: Final = 100
_LONGEST_URL: Final = 2_000
_LONGEST_EXTERNAL_ID: Final = 255
_LONGEST_REASON: Final = 500
_MOST_OF_EACH: Final = 20
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # BCP 47, without its rare forms
_ID: Final = re.compile(r"[0-9a-f]{24}")
# Control characters, what ends a line in some reader's eyes, and halves of characters.
_UNFIT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def profile_faults(profile: Profile) -> list[str]:
    """Return every fault of a profile, each as a sentence that says what to do; empty when it will do."""
    return [*_name_faults(profile.first_name, profile.last_name), *_locale_faults(profile.locale)]


def new_person_faults(new: NewPerson) -> list[str]:
    """Return every fault of somebody who is to become a user; empty when the record will do."""
    found = [*_name_faults(new.first_name, new.last_name), *_locale_faults(new.locale), *_picture_faults(new.picture)]
    found += _external_faults(new.external_id)
    found += metadata.faults("public metadata", new.public_metadata)
    found += metadata.faults("private metadata", new.private_metadata)
    found += _texts_faults(new)
    if not (new.addresses or new.phones or new.identities or new.external_id):
        found.append("Give the user an e-mail address, a phone number, an identity or an external id.")
    if max(len(new.addresses), len(new.phones), len(new.identities)) > _MOST_OF_EACH:
        found.append(most_of_each("addresses, phone numbers and identities"))
    if len({one.email.key for one in new.addresses}) < len(new.addresses):
        found.append("Name each e-mail address once.")
    if len({one.number for one in new.phones}) < len(new.phones):
        found.append("Name each phone number once.")
    if new.id and not _ID.fullmatch(new.id):
        found.append("Send an id of 24 lower-case hexadecimal characters, or none.")
    return found


def change_faults(change: PersonChange) -> list[str]:
    """Return every fault of a change; empty when it will do."""
    found = [*_name_faults(change.first_name or "", change.last_name or ""), *_locale_faults(change.locale or "")]
    found += _picture_faults(change.picture or "")
    found += _external_faults(change.external_id)
    found += metadata.faults("public metadata", change.public_metadata or {})
    found += metadata.faults("private metadata", change.private_metadata or {})
    return found


def reason_faults(reason: str) -> list[str]:
    """Return what is wrong with the reason that an operator gives; empty when it will do."""
    found = [] if reason.strip() else ["Say why; whoever reads the log will want to know."]
    if len(reason) > _LONGEST_REASON:
        found.append(f"Give a reason of at most {_LONGEST_REASON} characters.")
    return found + _unfit(reason, "reason")


def has_room(held: int) -> bool:
    """Tell whether a user who has so many addresses, or phone numbers, may have one more."""
    return held < _MOST_OF_EACH


def most_of_each(what: str) -> str:
    """Return the sentence that says how many of something a user may have."""
    return f"A user has at most {_MOST_OF_EACH} {what} each; remove one first."


def differences(person: Person, change: PersonChange) -> tuple[str, ...]:
    """Return the names of what a change makes different; empty where all stays as it is."""
    names = ("first_name", "last_name", "picture", "locale", "external_id", "public_metadata", "private_metadata")
    wanted = {name: getattr(change, name) for name in names if getattr(change, name) is not None}
    return tuple(name for name, value in wanted.items() if value != (getattr(person, name) or type(value)()))


def _texts_faults(new: NewPerson) -> list[str]:
    """Return what is wrong with texts that are kept beside the record; one of them would fail a whole import."""
    pairs = metadata.found_by(new.public_metadata, new.private_metadata)
    texts = [*(one.subject for one in new.identities), *(text for pair in pairs for text in pair)]
    return ["Leave NUL characters out of identities and metadata."] if any("\0" in text for text in texts) else []


def _name_faults(first_name: str, last_name: str) -> Iterator[str]:
    for label, name in (("first name", first_name), ("last name", last_name)):
        if len(name) > _LONGEST_NAME:
            yield f"Write a {label} of at most {_LONGEST_NAME} characters."
        yield from _unfit(name, label)


def _unfit(text: str, label: str) -> list[str]:
    if any(unicodedata.category(character) in _UNFIT for character in text):
        return [f"Leave line breaks and control characters out of the {label}."]
    return []


def _locale_faults(locale: str) -> list[str]:
    return ["Choose a language by its tag, such as en or pt-BR."] if locale and not _LOCALE.fullmatch(locale) else []


def _picture_faults(picture: str) -> list[str]:
    if not picture:
        return []
    try:
        url = urlsplit(picture)
        is_fit = url.scheme == "https" and bool(url.hostname) and "@" not in url.netloc
    except ValueError:
        is_fit = False
    if not is_fit or len(picture) > _LONGEST_URL or not re.fullmatch(r"[!-~]+", picture):
        return [f"Give the picture as an https URL of at most {_LONGEST_URL} characters."]
    return []


def _external_faults(external_id: str | None) -> list[str]:
    if external_id is None:
        return []
    found = _unfit(external_id, "external id")
    if len(external_id) > _LONGEST_EXTERNAL_ID:
        found.append(f"Give an external id of at most {_LONGEST_EXTERNAL_ID} characters.")
    return found
