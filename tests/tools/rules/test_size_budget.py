from tools.rules.code.size_budget import check
from tools.rules.source import House


def _sentences(path: str, text: str) -> list[str]:
    return [finding.sentence for finding in check(House.of({path: text}))]


def test_a_file_of_three_hundred_lines_fits_and_one_more_does_not() -> None:
    assert _sentences("src/gatepass/users/store.py", "x = 1\n" * 300) == []
    assert _sentences("src/gatepass/users/store.py", "x = 1\n" * 301) == ["301 lines; a file has at most 300"]


def test_a_test_may_have_four_hundred_lines() -> None:
    assert _sentences("tests/users/test_flows.py", "x = 1\n" * 400) == []
    assert _sentences("tests/users/test_flows.py", "x = 1\n" * 401) == ["401 lines; a file has at most 400"]


def test_a_function_of_forty_lines_fits_and_its_docstring_is_free() -> None:
    body = "    x = 1\n" * 39
    docstring = '    """Say what it does.\n\n    At length.\n    """\n'

    assert _sentences("src/gatepass/users/rules.py", f"def decide():\n{body}") == []
    assert _sentences("src/gatepass/users/rules.py", f"def decide():\n{docstring}{body}") == []
    assert _sentences("src/gatepass/users/rules.py", f"async def decide():\n{body}    x = 1\n") == [
        "decide: 41 lines; a function has at most 40",
    ]


def test_flows_have_at_most_six_dependencies() -> None:
    fields = "".join(f"    part_{number}: int\n" for number in range(7))

    assert _sentences("src/gatepass/users/model.py", f"class User:\n{fields}") == []
    assert _sentences("src/gatepass/users/flows.py", f"class Users:\n{fields}") == [
        "Users: 7 fields; flows have at most 6",
    ]


def test_a_package_has_at_most_twelve_files_but_migrations_may_grow() -> None:
    crowd = {f"src/gatepass/users/part_{number}.py": "" for number in range(13)}
    history = {f"src/gatepass/migrations/versions/step_{number}.py": "" for number in range(13)}

    assert [finding.path for finding in check(House.of(crowd | history))] == ["src/gatepass/users"]
