import pytest

from tools.rules.code.module_names import check
from tools.rules.source import House


@pytest.mark.parametrize(
    "path",
    [
        "src/gatepass/users/utils.py",
        "src/gatepass/common/addresses.py",
        "tests/users/helpers.py",
        "tools/base.py",
        "tests/kit/test_core.py",
    ],
)
def test_a_name_that_says_nothing_is_refused(path: str) -> None:
    assert len(list(check(House.of({path: ""})))) == 1


def test_a_folder_is_named_once_however_many_files_it_holds() -> None:
    files = {"src/gatepass/service/send.py": "", "src/gatepass/service/resend.py": ""}

    assert [finding.path for finding in check(House.of(files))] == ["src/gatepass/service"]


def test_names_that_only_contain_such_a_word_are_fine() -> None:
    assert list(check(House.of({"src/gatepass/kit/database.py": "", "src/gatepass/users/scoring.py": ""}))) == []
