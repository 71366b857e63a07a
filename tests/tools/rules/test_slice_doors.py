import pytest

from tools.rules.architecture.slice_doors import check
from tools.rules.source import House


def _count(path: str, text: str) -> int:
    return len(list(check(House.of({path: text}))))


@pytest.mark.parametrize("target", ["store", "rules", "messages", "settings", "routes", "jobs"])
def test_the_private_rooms_of_another_slice_are_closed(target: str) -> None:
    assert _count("src/gatepass/login/flows.py", f"from gatepass.users.{target} import x") == 1
    assert _count("src/gatepass/login/flows.py", f"from gatepass.users import {target}") == 1


@pytest.mark.parametrize("target", ["flows", "queries", "model"])
def test_the_public_rooms_are_open(target: str) -> None:
    assert _count("src/gatepass/login/flows.py", f"from gatepass.users import {target}") == 0
    assert _count("src/gatepass/login/flows.py", f"from gatepass.users.{target} import x") == 0


def test_a_slice_enters_its_own_rooms_as_it_likes() -> None:
    assert _count("src/gatepass/methods/magic_link/flows.py", "from gatepass.methods.magic_link import store") == 0


def test_one_method_is_another_slice_to_the_next() -> None:
    assert _count("src/gatepass/methods/passkey/flows.py", "from gatepass.methods.magic_link import store") == 1


def test_the_builders_see_every_room_but_the_innermost() -> None:
    assert _count("src/gatepass/app.py", "from gatepass.methods.magic_link import routes") == 0
    assert _count("src/gatepass/app/mounting.py", "from gatepass.methods.magic_link import pages") == 0
    assert _count("src/gatepass/worker.py", "from gatepass.outbox import jobs") == 0
    assert _count("src/gatepass/worker.py", "from gatepass.outbox.transports.smtp import SmtpTransport") == 0
    assert _count("src/gatepass/app.py", "from gatepass.outbox import store") == 1
    assert _count("src/gatepass/worker.py", "from gatepass.outbox.rules import next_attempt") == 1


def test_the_settings_of_all_join_those_of_each() -> None:
    assert _count("src/gatepass/settings.py", "from gatepass.outbox.settings import OutboxSettings") == 0
    assert _count("src/gatepass/settings.py", "from gatepass.outbox import jobs") == 1


def test_a_command_is_a_visitor_like_any_other() -> None:
    assert _count("src/gatepass/cli/keys.py", "from gatepass.tokens.flows import Tokens") == 0
    assert _count("src/gatepass/cli/keys.py", "from gatepass.tokens.keys import KeyMaker") == 1


def test_the_gate_and_the_kit_are_no_slices() -> None:
    assert _count("src/gatepass/methods/magic_link/routes.py", "from gatepass.gate.endpoints import Endpoint") == 0
