"""Sentences, marked where they are written and said in a language where they are shown."""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from gatepass.kit.languages.tags import LANGUAGES

LOCALES: Final = Path(str(files("gatepass"))) / "web" / "locales"
DOMAIN: Final = "gatepass"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence with values that Python hands to a template, to be translated there.

    Args:
        sentence: its id, marked with `N_`, with places as `%(name)s`.
        values: what stands in the places.
        plural: the id for other numbers than one, also marked; empty when the sentence counts nothing.
        number: what is counted.
    """

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""
    number: int = 1


def N_(sentence: str) -> str:  # noqa: N802 - the name that extractors of every kind know
    """Mark a sentence for the translators and return it as it is; it is translated where it is shown."""
    return sentence


def N_counted(one: str, many: str, number: int) -> Text:  # noqa: N802 - as above
    """Mark a sentence that counts something, with `%(number)s` in its plural, and return it with its number."""
    return Text(one, {"number": number}, many, number)


def catalogue(tag: str) -> gettext.NullTranslations:
    """Return the words of a language; English and an unknown tag say what the ids say."""
    return _catalogue(tag if tag in LANGUAGES else "en")


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(tag: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALES, [tag], fallback=True)


def translated(text: str | Text, words: gettext.NullTranslations) -> str:
    """Return a sentence in the language of a catalogue; a sentence that is in none stays as it is."""
    if not text:
        return ""
    if isinstance(text, str):
        return words.gettext(text)
    said = words.ngettext(text.sentence, text.plural, text.number) if text.plural else words.gettext(text.sentence)
    return said % text.values


def say(language: str, sentence: str, **values: object) -> str:
    """Return a sentence in a language, for what is no page: a subject, a word among values.

    Args:
        language: its tag; English is said where there is no catalogue of it.
        sentence: its id, marked with `N_`, with places as `%(name)s`.
        values: what stands in the places.
    """
    return translated(Text(sentence, values), catalogue(language))


_MONTHS: Final = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"),
    N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip


def say_moment(language: str, at: datetime) -> str:
    """Return the time and the day of something near, in UTC."""
    return say(language, N_("%(time)s UTC, %(day)s %(month)s"), **_pieces(language, at))


def say_moment_and_year(language: str, at: datetime) -> str:
    """Return the time, the day and the year of something that may be far, in UTC."""
    return say(language, N_("%(time)s UTC on %(day)s %(month)s %(year)s"), **_pieces(language, at))


def _pieces(language: str, at: datetime) -> dict[str, object]:
    moment = at.astimezone(UTC)
    month = say(language, _MONTHS[moment.month - 1])
    return {"time": f"{moment:%H:%M}", "day": moment.day, "month": month, "year": moment.year}
