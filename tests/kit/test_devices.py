"""Words for devices, from headers that browsers and programs really send."""

import pytest

from gatepass.kit.client.devices import UNKNOWN_AGENT, describe_agent

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "summary"),
    [
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/120.0.0.0 Safari/537.36",
            "Chrome on macOS",
        ),
        (f"{_IPHONE} Version/17.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{_IPHONE} FxiOS/120.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        (f"{_IPHONE} Mobile/15E148", "An app on iPhone"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {_WEBKIT} SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile",
            "Samsung Internet on Android",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.61",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox on Ubuntu"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_WEBKIT} Chrome/120.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} HeadlessChrome/120.0.0.0", "Headless Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer on Windows"),
    ],
)
def test_a_browser_is_named_with_its_system(header: str, summary: str) -> None:
    assert describe_agent(header).summary == summary


@pytest.mark.parametrize(
    ("header", "summary"),
    [
        ("curl/8.5.0", "curl"),
        ("python-requests/2.31.0", "Python program"),
        ("python-httpx/0.27.0", "Python program"),
        ("Python/3.11 aiohttp/3.9.1", "Python program"),
        ("Go-http-client/2.0", "Go program"),
        ("node", "Node.js program"),
        ("axios/1.6.2", "Node.js program"),
        ("PostmanRuntime/7.36.0", "Postman"),
        ("okhttp/4.12.0", "Java program"),
    ],
)
def test_a_program_is_called_a_program(header: str, summary: str) -> None:
    assert describe_agent(header).summary == summary


@pytest.mark.parametrize("header", [None, "", "   ", "\x00\x01", "Mozilla/5.0", "?" * 5000])
def test_what_nobody_knows_is_an_unknown_device(header: str | None) -> None:
    assert describe_agent(header) == UNKNOWN_AGENT


@pytest.mark.parametrize(
    "header",
    [
        "Evil.example/1.0 (https://evil.example/; bot) Evil.example.com/9",
        "<script>alert(1)</script>/1.0",
        "Bot\r\nBcc: all@example.com/1.0",
        "\u202egnp.exe/1.0 Chrome\u2028/120",
        "insomnia<b>/8",
        "X" * 600 + "bot/1.0",
    ],
)
def test_a_hostile_header_yields_short_words_without_markup_or_links(header: str) -> None:
    agent = describe_agent(header)

    for words in (agent.browser, agent.os, agent.device, agent.summary):
        assert len(words) <= 90
        assert words.isprintable()
        assert not set(words) & set("<>\"'&./:@\\")


def test_the_device_itself_is_named_where_the_header_tells() -> None:
    agent = describe_agent(f"{_IPHONE} Version/17.1 Mobile/15E148 Safari/604.1")

    assert (agent.browser, agent.os, agent.device) == ("Safari", "iOS", "iPhone")
