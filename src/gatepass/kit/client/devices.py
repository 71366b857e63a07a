"""The words for a device, made from the User-Agent header that its program sends.

The header is whatever the caller likes, so nothing here proves anything: it helps a person to recognise their own
browser in a mail or a list of sessions. Names are short, printable and never the header itself.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_LONGEST_HEADER: Final = 512
_LONGEST_NAME: Final = 40
_REMEMBERED: Final = 2048
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9 +_()-]+")

_BROWSERS: Final = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "An app",
    "Chromium": "Chromium",
    "HeadlessChrome": "Headless Chrome",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "An app",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Opera Mini": "Opera",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Brave Mobile": "Brave",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Other": "",
}
_SYSTEMS: Final = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS", "Other": ""}
_DEVICES: Final = {"Other": "", "Generic Smartphone": "", "Generic Feature Phone": "", "Spider": "", "K": ""}

# Programs rather than browsers, by how their header begins (compared in lower case); the longest match comes first.
_PROGRAMS: Final = (
    ("apache-httpclient", "Java program"),
    ("guzzlehttp", "PHP program"),
    ("go-http-client", "Go program"),
    ("node-fetch", "Node.js program"),
    ("postmanruntime", "Postman"),
    ("insomnia", "Insomnia"),
    ("libcurl", "curl"),
    ("undici", "Node.js program"),
    ("faraday", "Ruby program"),
    ("axios", "Node.js program"),
    ("okhttp", "Java program"),
    ("python", "Python program"),
    ("aiohttp", "Python program"),
    ("httpie", "HTTPie"),
    ("reqwest", "Rust program"),
    ("dart", "Dart program"),
    ("java", "Java program"),
    ("ruby", "Ruby program"),
    ("node", "Node.js program"),
    ("curl", "curl"),
    ("wget", "Wget"),
    ("php", "PHP program"),
)


@dataclass(frozen=True, slots=True)
class Agent:
    """What asked: the browser or program, its system and its device, each empty where unknown."""

    browser: str
    os: str
    device: str
    summary: str


UNKNOWN_AGENT: Final = Agent(browser="", os="", device="", summary="Unknown device")


def describe_agent(user_agent: str | None) -> Agent:
    """Say in a person's words which program and system a User-Agent header speaks of."""
    return _describe(user_agent[:_LONGEST_HEADER]) if user_agent else UNKNOWN_AGENT


@lru_cache(maxsize=_REMEMBERED)
def _describe(header: str) -> Agent:
    program = _program(header)
    if program:
        return Agent(browser=program, os="", device="", summary=program)
    # Imported at first use: the parser's tables cost 60 ms, and a command line never needs them.
    import ua_parser  # noqa: PLC0415

    parsed = ua_parser.parse(header)
    browser = _plain(parsed.user_agent.family if parsed.user_agent else "", _BROWSERS)
    system = _plain(parsed.os.family if parsed.os else "", _SYSTEMS)
    device = _plain(parsed.device.family if parsed.device else "", _DEVICES)
    return Agent(browser=browser, os=system, device=device, summary=_summary(browser, system, device))


def _program(header: str) -> str:
    start = header.lstrip().lower()
    return next((name for prefix, name in _PROGRAMS if start.startswith(prefix)), "")


def _summary(browser: str, system: str, device: str) -> str:
    # "Chrome on iPhone" says more than "Chrome on iOS"; a model number such as "SM-S918B" says less than "Android".
    place = device if device in ("iPhone", "iPad") else system
    if browser and place:
        return f"{browser} on {place}"
    return browser or place or UNKNOWN_AGENT.summary


def _plain(name: str, known: dict[str, str]) -> str:
    # A family may hold text that the header brought along: without dots and slashes it can't become a link in a mail.
    return " ".join(_NOT_A_NAME.sub(" ", known.get(name, name))[:_LONGEST_NAME].split())
