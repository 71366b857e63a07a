from pathlib import Path

import pytest

from tools.lock import addresses, problems


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple",
        "--extra-index-url=http://packages.example",
        "-i https://packages.example",
        "--find-links ./wheels",
        "thing @ https://packages.example/thing-1.0.whl",
        "thing @ file:///wheels/thing-1.0.whl",
    ],
)
def test_an_address_in_a_lock_is_found(line: str) -> None:
    assert addresses(f"other==1.0\n{line}\n") == [line]


def test_pins_hashes_and_markers_are_no_addresses() -> None:
    text = "httptools==0.9.0 ; sys_platform != 'win32' \\\n    --hash=sha256:5a811826\nhttpx2==2.16.2\n"

    assert addresses(text) == []


def test_the_locks_of_this_house_hold_no_address() -> None:
    assert problems() == []


def test_a_missing_lock_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path) == [
        "runtime.lock: missing; run `make lock`",
        "development.lock: missing; run `make lock`",
    ]
