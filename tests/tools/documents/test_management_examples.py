"""The page's examples of the management API are run as they stand, each against a server that has one of everything."""

import pytest

from gatepass.gate.description.management import CALLERS
from gatepass.gate.model import Caller, Endpoint
from support.furnished import Furnished, furnished
from support.gatepass_server import ServerFactory
from support.readers_shell import Known, Outcome, run
from tools.documents import api

# What the examples of these need is out in the world; everything else of their answers is tested where they are made.
_OUTSIDE = {
    "add_colleagues": "invitation_required",  # the domain of whoever is added has to be proven
    "passkey_delete": "passkey_not_found",  # which a device has to make
    "passkey_rename": "passkey_not_found",
    "prove_organization_domain": "lookup_failed",
}


class _Knowledge(Known):
    """What stands in the examples in capitals, of one stage."""

    def __init__(self, stage: Furnished, endpoint: Endpoint) -> None:
        super().__init__({name.upper(): value for name, value in stage.things.items()})
        path = endpoint.paths[0]
        self.update({name.upper(): stage.part(path, name) for name in ("domain_id", "role_id", "user_id")})
        self.update(URL=stage.server.url, CLIENT_ID=stage.server.client.client_id)
        self.update(MANAGEMENT_TOKEN=stage.token, MEMBER_TOKEN=stage.member_token)
        if endpoint.caller is Caller.MEMBER and "/tenants/{tenant_id}" in path:
            self["USER_ID"] = stage.things["colleague_id"]  # so that whoever calls stays


def _order(endpoint: Endpoint) -> tuple[bool, bool, int]:
    """Put members first, while nobody switched them off, and last what deletes, what belongs to another before it."""
    return endpoint.method == "DELETE", endpoint.caller is not Caller.MEMBER, -endpoint.paths[0].count("/")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_every_management_example_of_the_page_works(start_server: ServerFactory) -> None:
    server = start_server({"GATEPASS_NAMESERVERS": "127.0.0.1:9"})
    stage, number, faults = furnished(server), 1, []
    for endpoint in sorted((one for one in api.endpoint_table() if one.caller in CALLERS), key=_order):
        for _, command in api.examples(endpoint):
            answer = run(command, _Knowledge(stage, endpoint))
            if not _is_good(endpoint, answer):  # an example before it took away what this one is about
                number += 1
                stage = furnished(server, number)
                answer = run(command, _Knowledge(stage, endpoint))
            if not _is_good(endpoint, answer):
                faults.append(f"{endpoint.name}: {answer.status} {answer.text[:300]}\n{command}")
    assert not faults, "\n\n".join(faults)


def _is_good(endpoint: Endpoint, answer: Outcome) -> bool:
    return answer.status == endpoint.status or (endpoint.name in _OUTSIDE and _OUTSIDE[endpoint.name] in answer.text)
