"""No documented call of managing is without a test that is called after its number."""

import re
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]
# Where each documented section is replayed, body for body.
_SECTIONS = {
    "signing in by phone": (range(8, 11), "contract/test_sms.py"),
    "codes by e-mail": (range(5, 8), "contract/test_email_codes.py"),
    "passkeys": (range(11, 19), "methods/passkey/test_routes.py"),
    "roles and permissions": (range(29, 36), "api/access/test_documented.py"),
    "users": (range(36, 46), "api/users/test_contract.py"),
    "organizations and the configuration": (range(46, 53), "contract/test_organizations.py"),
}
_NUMBERED = re.compile(r"^(?:async )?def test_((?:\d\d_(?:and_)?)+)", re.MULTILINE)


@pytest.mark.parametrize("section", _SECTIONS)
def test_every_entry_of_a_section_has_a_test(section: str) -> None:
    entries, path = _SECTIONS[section]
    text = (_TESTS / path).read_text()
    replayed = {int(number) for found in _NUMBERED.findall(text) for number in re.findall(r"\d\d", found)}
    assert set(entries) <= replayed
