"""Keeps the translations true: `python -m tools.catalogues [--check]`.

Without a word it brings every `gatepass.po` up to what pages and mails say now and compiles it; with `--check` it only
tells what is missing, left over, or says something else than its sentence (other places, other markup). A translation
is never guessed: a sentence that changed is a new one.
"""

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from gatepass.gate.pages.languages import DOMAIN, ENGLISH, LANGUAGES, LOCALES

_SOURCE: Final = Path(__file__).parent.parent / "src" / "gatepass"
_TEMPLATES: Final = ("web/templates/**.html", "web/templates/mail/**.mjml", "web/templates/mail/**.txt")
_METHODS: Final = [("**.py", "python"), *((one, "jinja2") for one in _TEMPLATES)]
_KEYWORDS: Final = {"N_": None, "N_counted": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2)}
_OPTIONS: Final = {one: {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"} for one in _TEMPLATES}
_NO_DATE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_PLACES: Final = re.compile(r"%\(\w+\)s|</?\w+>|%%")


def sentences() -> Catalog:
    """Return every sentence that templates and Python mark."""
    found = Catalog(charset="utf-8")
    places = extract_from_dir(_SOURCE, _METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)
    for path, _line, said, _comments, _context in sorted(places, key=lambda one: (one[0], one[1])):
        found.add(said, locations=[(path, 0)])
    return found


def file_of(tag: str) -> Path:
    """Return where the translations into a language are."""
    return LOCALES / tag / "LC_MESSAGES" / f"{DOMAIN}.po"


def translations(tag: str) -> Catalog:
    """Return the translations into a language, empty where there are none yet."""
    path = file_of(tag)
    if not path.exists():
        return Catalog(locale=tag, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=tag)


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text of its file, without dates and names, so that it changes with its words alone."""
    text = io.BytesIO()
    write_po(text, catalogue, width=116, omit_header=True, include_lineno=False, sort_output=True)
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {catalogue.locale}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + text.getvalue().strip() + b"\n"


def compiled(text: bytes, tag: str) -> bytes:
    """Return what a server reads of a file."""
    catalogue = read_po(io.BytesIO(text), locale=tag)
    # Without a date of their own, the same words would be other bytes a minute later.
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    binary = io.BytesIO()
    write_mo(binary, catalogue)
    return binary.getvalue()


def updated(tag: str, current: Catalog) -> Catalog:
    """Return a language's catalogue with today's sentences and the translations that it has of them."""
    known = translations(tag)
    fresh = Catalog(locale=tag, charset="utf-8")
    for message in current:
        if message.id:
            before = known.get(message.id)
            text = before.string if before is not None else message.string
            fresh.add(message.id, text, locations=message.locations, flags=message.flags)
    return fresh


def problems() -> list[str]:
    """Return what is wrong with the catalogues, a sentence each."""
    current = sentences()
    found: list[str] = []
    for tag in LANGUAGES:
        if tag == ENGLISH.tag:
            continue
        catalogue = updated(tag, current)
        text, path = written(catalogue), file_of(tag)
        if not path.exists() or path.read_bytes() != text:
            found.append(f"{tag}: not what the pages say now; run `python -m tools.catalogues`")
        binary = path.with_suffix(".mo")
        if not binary.exists() or binary.read_bytes() != compiled(text, tag):
            found.append(f"{tag}: not compiled; run `python -m tools.catalogues`")
        found += [f"{tag}: {complaint}" for message in catalogue if message.id for complaint in _complaints(message)]
    return found


def _complaints(message: Message) -> list[str]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if not strings or not all(strings):
        return [f"no translation of “{ids[0]}”"]
    allowed = [sorted(_PLACES.findall(one)) for one in ids]
    return [f"other places or markup in “{one}”" for one in strings if sorted(_PLACES.findall(one)) not in allowed]


def main(words: list[str]) -> int:
    """Write the catalogues, or judge them with `--check`; exit with 1 when something is wrong."""
    if "--check" not in words:
        current = sentences()
        for tag in LANGUAGES:
            if tag == ENGLISH.tag:
                continue
            path = file_of(tag)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = written(updated(tag, current))
            path.write_bytes(text)
            path.with_suffix(".mo").write_bytes(compiled(text, tag))
    found = problems()
    print("\n".join(found) if found else f"{len(LANGUAGES)} languages say what the pages say.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
