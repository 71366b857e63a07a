"""What the HTML of a mail may hold: words, pictures and links, and nothing that runs, asks or fetches a style."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

_FORBIDDEN: Final = frozenset(
    {"applet", "audio", "base", "button", "embed", "form", "frame", "frameset", "iframe", "input", "link", "math",
     "object", "option", "param", "portal", "script", "select", "source", "svg", "template", "textarea", "track",
     "video"}
)  # fmt: skip
_SILENT: Final = frozenset({"head", "style", "title"})
_BLOCKS: Final = frozenset({"p", "div", "tr", "table", "h1", "h2", "h3", "h4", "li", "ul", "ol", "section", "br"})
_ADDRESSES: Final = frozenset({"action", "background", "cite", "data", "formaction", "href", "poster", "src", "srcset"})
_GOOD_LINK: Final = re.compile(r"(?:https?://[^\s\"'<>\\]+|mailto:[^\s\"'<>\\]+|tel:[+0-9-]+|#[\w-]*)\Z", re.IGNORECASE)
_GOOD_PICTURE: Final = re.compile(r"https://[^\s\"'<>\\]+\Z", re.IGNORECASE)
# A stylesheet that fetches, runs or hides what it does behind escapes and comments.
_BAD_STYLE: Final = re.compile(r"@import|expression\s*\(|javascript:|behavior\s*:|-moz-binding|\\|<!--", re.IGNORECASE)
_STYLE_ADDRESS: Final = re.compile(r"url\(\s*['\"]?([^)'\"]*)", re.IGNORECASE)
_IN_WORDS: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>\\]+", re.IGNORECASE)
_SPACES: Final = re.compile(r"[^\S\n]+")
_EMPTY_LINES: Final = re.compile(r"\n\s*\n\s*")


class _Reader(HTMLParser):
    """Reads a mail once: what must not be in it, and its words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: dict[str, None] = {}
        self.words: list[str] = []
        self.addresses: list[str] = []
        self._inside: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FORBIDDEN:
            self._refuse(f"A mail must not hold <{tag}>; mail programs remove it, or warn of the mail.")
        if tag in _SILENT:
            self._inside.append(tag)
        if tag in _BLOCKS:
            self.words.append("\n")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        if tag == "a":
            self._link = next((value or "" for name, value in attrs if name == "href"), "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _SILENT:
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)
        if tag == "a" and self._link.startswith(("http:", "https:")):
            self.words.append(f" {self._link} ")
        if tag == "a":
            self._link = ""
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if "style" in self._inside:
            self._style(data)
            if "url(" in data.lower():
                # Which of its rules hold could depend on what stands in the mail, such as the code.
                self._refuse("A stylesheet must fetch nothing; name pictures where they stand.")
        elif not self._inside:
            self.words.append(data.replace("\n", " "))

    def handle_comment(self, data: str) -> None:
        if data.startswith("[if"):
            # One program reads what stands in there; the words are the same as outside.
            inside = _Reader()
            inside.feed(data.partition("]>")[2])
            self.faults.update(inside.faults)
            self.addresses += inside.addresses

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name in _ADDRESSES or name.endswith(":href") or "//" in value:
            self.addresses.append(value.strip())
        if name.startswith("on"):
            self._refuse(f"A mail must not run scripts; take the attribute {name[:20]} out.")
        elif name == "style":
            self._style(value)
        elif name == "http-equiv" and value.lower() not in {"content-type", "x-ua-compatible"}:
            self._refuse("A mail must not send its reader on by itself; take http-equiv out.")
        elif name in _ADDRESSES or name.endswith(":href"):
            good = _GOOD_LINK if tag == "a" else _GOOD_PICTURE
            if value.strip() and good.fullmatch(value.strip()) is None:
                self._refuse(f"The address in {name} of <{tag}> must begin with https://.")

    def _style(self, sheet: str) -> None:
        if _BAD_STYLE.search(sheet):
            self._refuse("Styles stand in the mail itself; take @import, escapes and scripts out of them.")
        if any(_GOOD_PICTURE.fullmatch(address.strip()) is None for address in _STYLE_ADDRESS.findall(sheet)):
            self._refuse("An address in a style must begin with https://.")

    def _refuse(self, sentence: str) -> None:
        self.faults[sentence] = None


@dataclass(frozen=True, slots=True)
class Markup:
    """What the HTML of a mail holds.

    Args:
        faults: what must not be in it, each in a sentence.
        words: its words as plain text, with the addresses of its links.
        addresses: every address that its reader's program may fetch or follow, in their order.
    """

    faults: tuple[str, ...]
    words: str
    addresses: tuple[str, ...]


def read_markup(html: str) -> Markup:
    """Return what the HTML of a mail holds."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    words = _SPACES.sub(" ", "".join(reader.words))
    lines = "\n".join(line.strip() for line in words.split("\n"))
    text = _EMPTY_LINES.sub("\n\n", lines).strip() + "\n"
    return Markup(tuple(reader.faults), text, (*reader.addresses, *addresses_in(text)))


def addresses_in(text: str) -> tuple[str, ...]:
    """Return the addresses in plain words, which mail programs make links of."""
    return tuple(_IN_WORDS.findall(text))
