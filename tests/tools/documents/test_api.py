"""The API's page tells nothing that the server does not do: every example is run."""

import pytest

from gatepass.gate.description.management import CALLERS as MANAGEMENT_CALLERS
from gatepass.gate.model import Endpoint, Face
from support.gatepass_server import ServerFactory
from support.readers_shell import SETTINGS, open_shell, run
from tools.documents import api, errors, oauth_errors
from tools.documents.examples import WITHOUT_COMMAND

_SEE_OTHER = 303


@pytest.mark.timeout(180)
@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_every_example_of_the_page_works(start_server: ServerFactory) -> None:
    with open_shell(start_server(SETTINGS)) as new_knowledge:
        for endpoint in api.endpoint_table():
            if endpoint.caller in MANAGEMENT_CALLERS:
                continue  # `test_management_examples` runs them
            for title, command in api.examples(endpoint):
                known = new_knowledge()
                if endpoint.name == "magic_link_status":  # it waits until the person has signed in
                    known.client.verify_code(known["STATE"], known["CODE"])
                answer = run(command, known)
                told = f"{endpoint.name} {title}: {answer}"
                assert answer.status == _good(endpoint), told
                assert "error" not in answer.location, told


def _good(endpoint: Endpoint) -> int:
    """Return how an example is answered: one for browsers sends them on."""
    return _SEE_OTHER if endpoint.face is Face.PAGE else endpoint.status


def test_an_endpoint_has_an_example_or_the_page_says_why_not() -> None:
    rows = {endpoint.name: api.examples(endpoint) for endpoint in api.endpoint_table()}

    assert {name for name, shown in rows.items() if not shown} == set(WITHOUT_COMMAND)
    for reason in WITHOUT_COMMAND.values():
        assert reason in api.page()


def test_every_path_of_the_table_is_on_the_page_and_in_the_document() -> None:
    page, document = api.page(), api.document()
    served = {path for endpoint in api.endpoint_table() for path in endpoint.paths}

    assert [path for path in served if path not in page] == []
    assert served - set(document["paths"]) == {"/openapi.json"}, "the document does not describe itself"


def test_every_error_that_an_endpoint_announces_exists() -> None:
    problems, names = set(errors.joined(errors.known_answers())), set(oauth_errors.MEANINGS)

    for endpoint in api.endpoint_table():
        known = names if endpoint.face is Face.OAUTH else problems
        assert set(endpoint.errors) <= known, endpoint.name
