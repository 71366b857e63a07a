"""A person's browser: it keeps cookies, follows redirects and refreshes, and sends the forms of the provider's pages.

It stands still where it leaves the provider: what it would ask of somebody else's server is what that server is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

_MOST_STEPS = 12
_REDIRECTS = frozenset({302, 303})


@dataclass
class Form:
    """A form as it stands on a page, with the values that it would be sent with."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_sent_by_script: bool = False


@dataclass(frozen=True)
class Page:
    """A page of the provider's that the browser shows."""

    url: str
    status: int
    headers: httpx2.Headers
    text: str
    forms: tuple[Form, ...]
    refresh: str

    def form(self, name: str) -> Form:
        """Return the form that has such a field or button."""
        found = [one for one in self.forms if name in one.fields or name in one.buttons]
        assert len(found) == 1, f"{self.url} ({self.status}) has {len(found)} forms with {name}:\n{self.text[:2000]}"
        return found[0]

    def has(self, name: str) -> bool:
        """Tell whether a form of the page has such a field or button."""
        return any(name in one.fields or name in one.buttons for one in self.forms)


@dataclass(frozen=True)
class Arrival:
    """The browser has left the provider: what it asks of somebody else."""

    method: str
    url: str
    form: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """Return where it arrived, without query and fragment."""
        return self.url.partition("#")[0].partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Return what stands in the query."""
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True, strict_parsing="?" in self.url)

    @property
    def fragment(self) -> str:
        """Return what stands in the fragment, as it is written."""
        return urlsplit(self.url).fragment


@dataclass
class Browser:
    """One browser profile.

    Args:
        http: reaches the provider and follows nothing by itself.
        issuer: the provider's origin.
    """

    http: httpx2.Client
    issuer: str
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, url: str) -> Page | Arrival:
        """Follow a link of another site."""
        return self._go("GET", url, None, "cross-site")

    def post_from_elsewhere(self, url: str, fields: Mapping[str, str]) -> Page | Arrival:
        """Send a form of another site; cookies that are Lax, as all of the provider's are, stay at home."""
        return self._go("POST", url, tuple(fields.items()), "cross-site")

    def submit(self, page: Page, name: str, **typed: str) -> Page | Arrival:
        """Fill the form that has a field or button of that name, and send it."""
        form = page.form(name)
        for button, value in typed.items():
            known = form.buttons.get(button, (value,)) if button not in form.fields else (value,)
            assert value in known, f"no button {button}={value}"
        return self._send_form(page, form, {**form.fields, **typed})

    def _send_form(self, page: Page, form: Form, fields: Mapping[str, str]) -> Page | Arrival:
        url = urljoin(page.url, form.action)
        _may_be_sent_to(page, url, self.issuer)
        assert form.method == "post", f"{page.url} sends a form by {form.method}"
        return self._go("POST", url, tuple(fields.items()), "same-origin")

    def _go(self, method: str, url: str, fields: tuple[tuple[str, str], ...] | None, site: str) -> Page | Arrival:
        for _ in range(_MOST_STEPS):
            if not _is_of(url, self.issuer):
                return Arrival(method, url, fields or ())
            answer = self._ask(method, url, fields, site)
            if answer.status_code in _REDIRECTS:
                method, url, fields = "GET", urljoin(url, answer.headers["location"]), None
                continue
            page = _read(url, answer)
            posted = next((form for form in page.forms if form.is_sent_by_script), None)
            if posted is not None:
                return self._send_form(page, posted, posted.fields)
            if not page.refresh:
                return page
            method, url, fields = "GET", urljoin(url, page.refresh), None
        raise AssertionError(f"{url} leads round and round")

    def _ask(self, method: str, url: str, fields: tuple[tuple[str, str], ...] | None, site: str) -> httpx2.Response:
        headers = {"accept": "text/html", "sec-fetch-site": site, "sec-fetch-mode": "navigate"}
        if self.cookies and not (method == "POST" and site == "cross-site"):
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            headers["origin"] = self.issuer if site == "same-origin" else "https://elsewhere.test"
        answer = self.http.request(method, url, data=dict(fields) if fields is not None else None, headers=headers)
        for text in answer.headers.get_list("set-cookie"):
            self._keep(text)
        return answer

    def _keep(self, text: str) -> None:
        """Keep a cookie, or forget it; what a careful browser would warn of fails."""
        first, *rest = [part.strip() for part in text.split(";")]
        name, _, value = first.partition("=")
        attributes = {key.lower(): said for key, _, said in (part.partition("=") for part in rest)}
        assert name.startswith("__Host-"), text
        assert {"secure", "httponly"} <= set(attributes), text
        assert "domain" not in attributes, text
        assert attributes["path"] == "/", text
        assert attributes["samesite"].lower() in {"lax", "strict"}, text
        if attributes.get("max-age") == "0":
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value


def _is_of(url: str, origin: str) -> bool:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" == origin


def _may_be_sent_to(page: Page, url: str, own: str) -> None:
    """Hold a form against the policy of its page (Content Security Policy Level 3 §6.4.2)."""
    policy = page.headers.get("content-security-policy", "")
    allowed = next((part.split()[1:] for part in policy.split(";") if part.split()[:1] == ["form-action"]), None)
    assert allowed is not None, f"{page.url} has no form-action: {policy}"
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    assert origin in allowed or (origin == own and "'self'" in allowed), f"{page.url} may not send to {url}: {policy}"


class _Reader(HTMLParser):
    """Reads the forms of a page, and the refresh that is no fallback for missing scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.refresh = ""
        self._open: Form | None = None
        self._without_scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "noscript":
            self._without_scripts += 1
        elif tag == "form":
            self._open = Form(said.get("action", ""), said.get("method", "get").lower())
            self._open.is_sent_by_script = "data-form-post" in said
            self.forms.append(self._open)
        elif tag in {"input", "button", "select"} and said.get("name") and self._open is not None:
            self._add(tag, said, self._open)
        elif tag == "meta" and said.get("http-equiv", "").lower() == "refresh" and not self._without_scripts:
            seconds, _, url = said["content"].partition(";")
            assert seconds.strip() == "0", said
            self.refresh = url.strip().removeprefix("url=")

    def handle_endtag(self, tag: str) -> None:
        if tag == "noscript":
            self._without_scripts -= 1
        elif tag == "form":
            self._open = None

    def _add(self, tag: str, said: dict[str, str], form: Form) -> None:
        if tag == "button":
            form.buttons[said["name"]] = (*form.buttons.get(said["name"], ()), said.get("value", ""))
        else:
            form.fields[said["name"]] = said.get("value", "")


def _read(url: str, answer: httpx2.Response) -> Page:
    reader = _Reader()
    if answer.headers.get("content-type", "").startswith("text/html"):
        reader.feed(answer.text)
    return Page(url, answer.status_code, answer.headers, answer.text, tuple(reader.forms), reader.refresh)
