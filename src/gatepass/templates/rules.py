"""From a draft to a mail, and everything that can be wrong on the way."""

import html as entities
import re
from collections.abc import Iterator, Mapping
from typing import Final

import mrml

from gatepass.outbox.model import RenderedMail
from gatepass.templates.faults import TemplateFault
from gatepass.templates.markup import addresses_in, read_markup
from gatepass.templates.model import MAIL_KINDS, Draft, Format, Judged, MailKind

LONGEST_SOURCE: Final = 100_000
_LONGEST_TEXT: Final = 20_000
_LONGEST_SUBJECT: Final = 200
_LANGUAGE: Final = re.compile(r"(?:[a-z]{2,3})?")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{3,8}")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>\\]+")
_COLOURS: Final = ("accent", "on_accent")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
# They differ from what any mail holds, samples too.
_STAND_INS: Final = {"code": "604131", "link": "https://stand-in.invalid/?token=in-the-place-of-another"}
# No file is ever read for a template, and no font is fetched for a mail.
_PARSER: Final = mrml.ParserOptions(include_loader=mrml.noop_loader())
_OUTPUT: Final = mrml.RenderOptions(disable_comments=True, fonts={})


def is_language(text: str) -> bool:
    """Tell whether a text is the tag of a language, or empty for all of them."""
    return _LANGUAGE.fullmatch(text) is not None


def made_of(draft: Draft, kind: MailKind, values: Mapping[str, object]) -> RenderedMail:
    """Return the mail that a template makes of values.

    What opens something stands in no address but the one that leads here: whoever receives the pictures' requests, or
    looks at links before the reader does, would have it. So the mail is made twice, of other secrets the second time.

    Raises:
        TemplateFault: it makes none, or one that could do its reader harm.
    """
    mail, addresses = _made(draft, kind, values)
    secrets = {name: _STAND_INS[name] for name in kind.needs_one_of if values.get(name)}
    if secrets and addresses != _made(draft, kind, {**values, **secrets})[1]:
        raise TemplateFault(
            "An address in it depends on the code or the link: whoever is asked for pictures, or looks at links, would "
            "learn these. Write {{ link }} as it is, and no other address with a part of it."
        )
    return mail


def _made(draft: Draft, kind: MailKind, values: Mapping[str, object]) -> tuple[RenderedMail, list[str]]:
    """Return a mail, and every address in it that is not the link's own."""
    # The language, and Liquid with it, is loaded when somebody first has a template of their own.
    from gatepass.templates.language import rendered  # noqa: PLC0415

    safe = _folded(values)
    subject = _line(rendered(draft.subject, kind, safe, is_markup=False))
    if not subject:
        raise TemplateFault("Its subject is empty.")
    body = rendered(draft.source, kind, safe, is_markup=True)
    html = _compiled(body) if draft.format is Format.MJML else body
    markup = read_markup(html)
    if markup.faults:
        raise TemplateFault(" ".join(markup.faults))
    text = rendered(draft.text, kind, safe, is_markup=False).strip() + "\n" if draft.text else markup.words
    found = (*addresses_in(subject), *markup.addresses, *addresses_in(text))
    link = str(safe.get("link") or "\0")
    others = [address for address in found if not address.startswith(link)]
    return RenderedMail(subject[:_LONGEST_SUBJECT], text, html), others


def judged(draft: Draft, kind: MailKind) -> Judged:
    """Return what a draft makes of samples, and everything that is wrong with it."""
    # Loaded when somebody first has a template of their own.
    from gatepass.templates.language import unknown_variables  # noqa: PLC0415

    too_long = tuple(_length_faults(draft))
    if too_long:
        return Judged(too_long)
    faults: dict[str, None] = {}
    for label, source in (("subject", draft.subject), ("body", draft.source), ("text", draft.text)):
        try:
            unknown = unknown_variables(source, kind)
        except TemplateFault as fault:
            faults[f"{label}: {fault}"] = None
            continue
        if unknown:
            known = ", ".join(kind.variables)
            faults[f"{label}: {', '.join(unknown)[:100]} is no variable of this mail; there are {known}."] = None
    mail: RenderedMail | None = None
    # Twice: as most mails are, and with all that few mails have.
    for values in (kind.full_samples, kind.samples) if not faults else ():
        try:
            mail = made_of(draft, kind, values)
        except TemplateFault as fault:
            faults[str(fault)] = None
            continue
        faults.update(dict.fromkeys(_missing(mail, kind, values)))
    if mail is None:
        return Judged(tuple(faults))
    return Judged(tuple(faults), mail.subject, mail.html, mail.text)


def kind_named(unverified_name: str) -> MailKind | None:
    """Return a mail that can have a template, None where there is none of that name."""
    return MAIL_KINDS.get(unverified_name)


def kind_of(name: str) -> MailKind:
    """Return a mail that is known to be one that can have a template."""
    return MAIL_KINDS[name]


def _length_faults(draft: Draft) -> Iterator[str]:
    if not draft.subject.strip() or len(draft.subject) > _LONGEST_SUBJECT or _UNPRINTABLE.search(draft.subject):
        yield f"Write a subject of 1 to {_LONGEST_SUBJECT} characters on one line."
    if not draft.source.strip() or len(draft.source) > LONGEST_SOURCE:
        yield f"Write a body of 1 to {LONGEST_SOURCE} characters."
    if len(draft.text) > _LONGEST_TEXT:
        yield f"Write a text of at most {_LONGEST_TEXT} characters."
    if any("\0" in part for part in (draft.source, draft.text)):
        yield "Leave NUL characters out."


def _missing(mail: RenderedMail, kind: MailKind, values: Mapping[str, object]) -> Iterator[str]:
    for label, words in (("body", entities.unescape(mail.html)), ("text", mail.text)):
        if not any(str(values[name]) in words for name in kind.needs_one_of):
            wanted = " or ".join(f"{{{{ {name} }}}}" for name in kind.needs_one_of)
            yield f"{label}: show {wanted}, or nobody can do anything with the mail."


def _compiled(body: str) -> str:
    if "<mj-include" in body.lower():
        raise TemplateFault("Write everything into the template; mj-include reads no file.")
    try:
        return str(mrml.to_html(body, parser_options=_PARSER, render_options=_OUTPUT).content)
    except (OSError, ValueError) as error:
        raise TemplateFault(f"It is no MJML: {str(error)[:200]}.") from None


def _folded(values: Mapping[str, object]) -> dict[str, object]:
    """Return values of which each is one line, and addresses and colours are what they have to be."""
    folded = {name: _line(value) if isinstance(value, str) else value for name, value in values.items()}
    code = folded.get("code")
    if isinstance(code, str):
        folded["code"] = code.replace(" ", "")
    for name, value in folded.items():
        if value is None:
            continue
        if name in _COLOURS and not (isinstance(value, str) and _COLOUR.fullmatch(value)):
            raise TemplateFault(f"The mail's {name} is not a colour.")
        is_address = name == "link" or name.endswith("_url")
        if is_address and not (isinstance(value, str) and _WEB_ADDRESS.fullmatch(value)):
            raise TemplateFault(f"The mail's {name} is not a web address.")
    return folded


def _line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub(" ", text).split())
