"""Spellings of a path that a proxy and a server could read differently: each is nothing, never another route."""

import pytest

from attacks.adversary import Answer, exchange, request
from support.client import BASE, Client, MailInDevelopment
from support.gatepass_server import RunningServer, ServerFactory

# One database will do: a path is judged before any is asked.
pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)

ADDRESS = "victim@example.com"
# Each is tried on the documented call that spends a link and on the landing page, with a link that is good.
TRICKS = (
    "/{path}", "//{path}", "{path}/", "{path}//", "{path};x", "{path};jsessionid=1", "{path}%20", "{path}%00",
    "{path}%2f", "{path}/.", "{path}/..;/", "/.{path}", "/./{path}", "/x/..{path}", "/x/%2e%2e{path}", "/%2e{path}",
    "/..{path}", "/;{path}", "/static/..{path}", "/static/%2e%2e{path}", "/static/..%2f{path}", "{upper}",
    "{path}.json",     "{path}%0a",
    "{path}%3f", "{path}%23", "/..;{path}", "{path}\\", "/\\{path}", "{path}..", "{path}~", "{path}%252f",
    "{slashes}", "{encoded}", "{first}", "/index.php{path}", "/api{path}", "{path}/status",
)  # fmt: skip
PROTECTED = ("/dev/mail", "/dev/mail/messages", "/", "/docs")


def ask(client: Client, method: str, target: str) -> Answer:
    return exchange(client, request(client, method, target))


def spelled(trick: str, path: str) -> str:
    encoded = "/" + "/".join(f"%{ord(part[0]):02x}{part[1:]}" for part in path[1:].split("/"))
    return trick.format(
        path=path,
        upper=path.upper(),
        slashes="/" + path[1:].replace("/", "//") + "/",
        encoded=encoded,
        first=path.replace("/magic", "/%6Dagic"),
    )


def test_no_spelling_of_the_documented_call_spends_a_link(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS)
    query = mail.link.partition("?")[2]
    for trick in TRICKS:
        answer = ask(client, "GET", f"{spelled(trick, f'{BASE}/verify')}?{query}")
        assert answer.status in {400, 404}, (trick, answer.status)
        assert answer.header("location") is None
    assert client.status(state).json() == {"authenticated": False}
    assert client.verify_link(mail).status_code == 200


def test_no_spelling_of_the_landing_page_takes_a_gesture_or_repeats_the_secret(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    mail = client.wait_for_mail(ADDRESS)
    query = mail.link.partition("?")[2]
    form = {"Content-Type": "application/x-www-form-urlencoded"}.items()
    for trick in TRICKS:
        for method in ("GET", "POST"):
            path = spelled(trick, "/magic-link")
            answer = exchange(client, request(client, method, f"{path}?{query}", query.encode(), list(form)))
            assert answer.status in {400, 404, 405}, (trick, method, answer.status)
            assert answer.header("location") is None
            assert mail.parameters["magictext"].encode() not in answer.body
    assert client.status(state).json() == {"authenticated": False}


def test_static_files_end_at_their_folder(server: RunningServer) -> None:
    for target in (
        "/static/../app.py", "/static/../../app.py", "/static/%2e%2e/templates/layout.html", "/static//etc/passwd",
        "/static/..%5c..%5capp.py", "/static/....//app.py", "/static/fonts/../../templates/layout.html", "/static/",
        "/static", "/static/%2fetc%2fpasswd", "/static/app.css%00.js", "/static/\u00e9",
    ):  # fmt: skip
        answer = ask(server.client, "GET", target)
        assert answer.status in {400, 404, 405}, (target, answer.status)
        assert b"root:" not in answer.body
        assert b"import " not in answer.body


def test_branding_takes_a_client_id_and_nothing_else(server: RunningServer) -> None:
    for name in ("..", "../static/app", "x%2f..%2f..", "unknown", "a" * 5000, "{}", "*", "'"):
        answer = ask(server.client, "GET", f"/branding/{name}.css")
        assert answer.status in {400, 404} or answer.body == b"", (name, answer.status)


def test_production_has_no_development_pages_under_any_spelling(start_server: ServerFactory) -> None:
    server = start_server({"GATEPASS_DEV": "false", "GATEPASS_PUBLIC_URL": "https://auth.example.com"})
    client = Client(f"http://127.0.0.1:{server.settings.server.port}", server.client.client_id)
    tried = [spelled(trick, path) for path in PROTECTED[:2] for trick in TRICKS] + [
        "/",
        "//",
        "/dev",
        "/dev/",
        "/dev/mail/x",
    ]
    tried += ["/dev/mail", "/dev/mail/messages", "/dev/mail/x/html", "/?x", "/dev/mail?to=a"]
    for target in tried:
        answer = exchange(client, request(client, "GET", target, host="auth.example.com"))
        assert answer.status in {400, 404}, (target, answer.status)
    rewritten = [("X-Original-URL", "/dev/mail"), ("X-Rewrite-URL", "/dev/mail"), ("X-Original-URI", "/dev/mail")]
    answer = exchange(client, request(client, "GET", "/healthz", headers=rewritten, host="auth.example.com"))
    assert answer.json() == {"status": "ok"}


def test_a_method_can_not_be_renamed_by_a_header_or_a_field(server: RunningServer) -> None:
    client = server.client
    state = client.send(ADDRESS)["state"]
    mail: MailInDevelopment = client.wait_for_mail(ADDRESS)
    query = mail.link.partition("?")[2]
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        for target in (f"/magic-link?{query}&_method=POST", f"/magic-link/decline?{query}"):
            ask_as = request(client, "GET", target, headers=[(header, "POST")])
            assert exchange(client, ask_as).status in {200, 404, 405}
    for verb in ("get", "Get", "GETX", "POST "):
        assert ask(client, verb, f"{BASE}/verify?{query}").status in {400, 405}
    assert client.status(state).json() == {"authenticated": False}
