from pathlib import Path

import pytest

from gatepass.kit.key_file import KeyFileFault, is_private, make_key_file, read_key_ring
from gatepass.kit.secrets import KeyRing, MasterKey, Secret


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "master.key"


def test_a_new_key_file_is_readable_by_its_owner_alone_and_holds_a_key(path: Path) -> None:
    make_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert is_private(path)
    assert MasterKey.from_text(path.read_text())
    sealed = read_key_ring(None, path).seal(b"x", context="a")
    assert read_key_ring(None, path).open(sealed, context="a") == b"x"


def test_a_key_file_that_is_there_is_never_overwritten(path: Path) -> None:
    make_key_file(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileFault, match="stays as it is"):
        make_key_file(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o666, 0o620])
def test_a_key_file_that_others_may_touch_is_refused_with_the_remedy(path: Path, mode: int) -> None:
    make_key_file(path)
    path.chmod(mode)
    assert not is_private(path)
    with pytest.raises(KeyFileFault, match=f"chmod 600 {path}"):
        read_key_ring(None, path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_its_owner_is_read(path: Path, mode: int) -> None:
    make_key_file(path)
    path.chmod(mode)
    assert read_key_ring(None, path)


def test_a_missing_key_file_is_named_with_the_command_that_makes_it(path: Path) -> None:
    with pytest.raises(KeyFileFault, match=r"master\.key is missing.*gatepass keys init"):
        read_key_ring(None, path)


@pytest.mark.parametrize("text", ["nonsense", "AAAA", "", "\n\n"])
def test_a_malformed_key_file_is_refused_without_showing_it(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(KeyFileFault) as fault:
        read_key_ring(None, path)
    assert "nonsense" not in str(fault.value)


def test_a_key_file_that_is_no_text_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.touch(0o600)
    path.write_bytes(b"\xff\xfe" * 16)
    with pytest.raises(KeyFileFault):
        read_key_ring(None, path)


def test_a_key_that_is_given_wins_over_the_file(path: Path) -> None:
    make_key_file(path)
    given = MasterKey.generate()
    ring = read_key_ring(Secret(given.to_text()), path)
    assert KeyRing([given]).open(ring.seal(b"x", context="a"), context="a") == b"x"


def test_former_keys_follow_the_present_one_in_the_file_and_in_the_setting(path: Path) -> None:
    former, present = MasterKey.generate(), MasterKey.generate()
    sealed = KeyRing([former]).seal(b"old", context="a")
    path.parent.mkdir()
    path.touch(0o600)
    path.write_text(f"{present.to_text()}\n{former.to_text()}\n")
    given = Secret(f"{present.to_text()}, {former.to_text()}")
    for ring in (read_key_ring(None, path), read_key_ring(given, path)):
        assert ring.open(sealed, context="a") == b"old"
        assert KeyRing([present]).open(ring.seal(b"new", context="a"), context="a") == b"new"
