"""The API's page tells nothing that the server does not do: every example is run."""

import shlex
from string import Template
from typing import Any

import httpx2
import pytest

from support.gatepass_server import RunningServer
from tools.documents import api, errors

_EXAMPLES = {endpoint.name: api.example(endpoint) for endpoint in api.endpoint_table()}
_ENDLESS = "magic_link_status_events"


def _ready(server: RunningServer) -> dict[str, str]:
    """Return what the examples stand on: a sign-in that is open, and one that is done."""
    client = server.client
    state = client.send("ana@example.com")["state"]
    mail = client.wait_for_mail("ana@example.com")
    link = mail.parameters
    token = client.sign_in("bob@example.com")["refresh_token"]
    known = {"STATE": state, "LINK_STATE": link["state"], "MAGICTEXT": link["magictext"], "CODE": mail.code}
    return {"URL": server.url, "CLIENT_ID": client.client_id, "REFRESH_TOKEN": token, **known}


def _run(command: str) -> httpx2.Response:
    """Do what curl would: its few options that the examples use."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    request: dict[str, Any] = {"method": "GET", "headers": {}, "content": None, "url": ""}
    while words:
        match words.pop(0):
            case "-X":
                request["method"] = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                request["headers"][name] = value
            case "-d":
                request["content"] = words.pop(0)
            case word:
                request["url"] = word
    return httpx2.request(**request, timeout=30, trust_env=False)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_every_example_of_the_page_works(server: RunningServer) -> None:
    for name, example in _EXAMPLES.items():
        ready = _ready(server)
        if name == "magic_link_status":
            server.client.verify_code(ready["STATE"], ready["CODE"])
        if name != _ENDLESS:
            answer = _run(Template(example).substitute(ready))
            assert answer.status_code == 200, f"{name}: {answer.text}"


def test_every_path_of_the_table_is_on_the_page_and_in_the_document() -> None:
    page, document = api.page(), api.document()
    served = {path for endpoint in api.endpoint_table() for path in endpoint.paths}

    assert [path for path in served if path not in page] == []
    assert served - set(document["paths"]) == {"/openapi.json"}, "the document does not describe itself"


def test_every_error_that_an_endpoint_announces_exists() -> None:
    known = errors.joined(errors.known_answers())
    announced = {code for endpoint in api.endpoint_table() for code in endpoint.errors}

    assert announced - set(known) == set()
