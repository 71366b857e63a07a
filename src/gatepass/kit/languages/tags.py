"""Which languages there are, and which of them a reader gets."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_LONGEST_WISH: Final = 512
_MOST_WISHES: Final = 20
_PRIMARY: Final = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Language:
    """A language that pages and mails speak.

    Args:
        tag: its BCP 47 tag.
        direction: `ltr` or `rtl`.
        name: what it calls itself.
    """

    tag: str
    direction: str
    name: str


ENGLISH: Final = Language("en", "ltr", "English")
LANGUAGES: Final[Mapping[str, Language]] = {
    language.tag: language
    for language in (
        ENGLISH,
        Language("de", "ltr", "Deutsch"),
        Language("fr", "ltr", "Français"),
        Language("es", "ltr", "Español"),
        Language("pt", "ltr", "Português"),
        Language("it", "ltr", "Italiano"),
        Language("nl", "ltr", "Nederlands"),
        Language("tr", "ltr", "Türkçe"),
        Language("ar", "rtl", "العربية"),
        Language("ja", "ltr", "日本語"),
    )
}


def negotiate(ui_locales: str | None, accept_language: str | None, chosen: str = "", default: str = "en") -> Language:
    """Return the language that fits best (RFC 4647 §3.4, lookup).

    Args:
        ui_locales: what the application asked for, tags with spaces between, the best first (OIDC Core §3.1.2.1).
        accept_language: the browser's header (RFC 9110 §12.5.4).
        chosen: the tag that the person chose; it stands above all others.
        default: the application's own language, for when nothing fits.
    """
    return wished(ui_locales, accept_language, chosen) or spoken(default)


def wished(ui_locales: str | None, accept_language: str | None, chosen: str = "") -> Language | None:
    """Return the language that is wished for most, as for `negotiate`; None where nobody wishes for one of ours."""
    wishes = (chosen, *_listed(ui_locales or ""), *_accepted(accept_language or ""))
    return next((language for wish in wishes if (language := _find(wish))), None)


def spoken(tag: str) -> Language:
    """Return a language by its tag; English where nobody here speaks it."""
    return _find(tag) or ENGLISH


def language_of_mail(locale: str, *others: str) -> str:
    """Return the tag of the language in which a mail is written, without a region, as templates are kept.

    The person's own wish stands even where the house does not speak it: an operator may have written in it.

    Args:
        locale: what the reader chose, where they are known; empty otherwise.
        others: what else may be said of their language, the best first: that of the page, that of the application.
    """
    return next((tag for wish in (locale, *others) if _PRIMARY.fullmatch(tag := _primary(wish))), ENGLISH.tag)


def _find(wish: str) -> Language | None:
    return LANGUAGES.get(_primary(wish))


def _primary(tag: str) -> str:
    return tag.strip().lower().replace("_", "-").split("-")[0]


def _listed(tags: str) -> list[str]:
    return tags[:_LONGEST_WISH].split()[:_MOST_WISHES]


def _accepted(header: str) -> Iterator[str]:
    ranges = header[:_LONGEST_WISH].split(",")[:_MOST_WISHES]
    weighed = [(_weight(parameters), tag) for tag, _, parameters in (one.partition(";") for one in ranges)]
    yield from (tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight > 0)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0  # nan too
