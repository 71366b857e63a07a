"""The generated client in TypeScript: it compiles as strictly as can be, and its program manages a running server."""

import json
import os
import subprocess
from typing import Any

import pytest

from support.gatepass_server import ProcessFactory, ServerProcess
from tools.examples import Example, NotPrepared, ready

_SCOPES = "organizations:read,organizations:write,users:write,roles:read,roles:write,events:read"
_PATIENCE = 60


@pytest.fixture
def example() -> Example:
    """The example, which was compiled with every strictness that its `tsconfig.json` names."""
    try:
        return ready("node-management")
    except NotPrepared as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture
def server(start_process: ProcessFactory) -> ServerProcess:
    return start_process()


def told(example: Example, server: ServerProcess, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program once."""
    return subprocess.run(
        example.start,
        cwd=example.folder,
        env={**os.environ, "GATEPASS_URL": server.url, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


@pytest.mark.timeout(120)
def test_the_client_sets_a_customer_up_and_reads_everything_back(example: Example, server: ServerProcess) -> None:
    words = ("--type", "m2m", "--set", f"oauth.scopes={_SCOPES}", "--json")
    robot: dict[str, Any] = json.loads(server.run("app", "create", "Management example", *words))
    proof = {"CLIENT_ID": robot["client_id"], "CLIENT_SECRET": robot["client_secret"]}

    done = told(example, server, **proof, CUSTOMER="Acme")

    assert done.returncode == 0, done.stderr + server.log()
    printed = json.loads(done.stdout)
    assert printed["organization"]["name"] == "Acme"
    assert printed["repeats"] == [True, True, True], "a repeat with the same key makes nobody else"
    assert [len(page) for page in printed["pages"]] == [2, 1]
    shown = {email for page in printed["pages"] for email in page}
    assert shown == {f"{name}@acme.example.com" for name in ("ana", "bo", "cleo")}
    assert printed["roles"] == ["Auditor"]
    assert "organization.account.created" in printed["kinds"]
    assert printed["refusal"] == "409 name_taken"


@pytest.mark.timeout(120)
def test_a_wrong_secret_is_told_as_an_error_of_its_own_kind(example: Example, server: ServerProcess) -> None:
    done = told(example, server, CLIENT_ID=server.client_id, CLIENT_SECRET="wrong")
    assert done.returncode == 1
    assert "GatepassError" in done.stderr
