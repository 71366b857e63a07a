from datetime import timedelta
from pathlib import Path

import pytest

from gatepass.kit.secrets import Secret
from gatepass.settings import FaultySettings, Setting, all_settings, load
from tools.documents import settings


@pytest.mark.parametrize(
    ("kind", "default", "form", "shown"),
    [
        (timedelta, timedelta(seconds=90), "duration", "90s"),
        (timedelta, timedelta(minutes=4), "duration", "4m"),
        (timedelta, timedelta(hours=25), "duration", "25h"),
        (timedelta, timedelta(days=7), "duration", "7d"),
        (bool, False, "yes or no", "false"),
        (bool | None, None, "yes or no", ""),
        (tuple[str, ...], (), "list", ""),
        (frozenset[str], frozenset(), "list", ""),
        (Secret | None, None, "secret", ""),
        (str, "127.0.0.1", "text", "127.0.0.1"),
        (Path, Path("data"), "path", "data"),
    ],
)
def test_a_setting_is_shown_as_a_person_would_write_it(kind: object, default: object, form: str, shown: str) -> None:
    one = Setting("server", "name", "GATEPASS_NAME", kind, default, "A sentence.")

    assert settings.form_of(one) == form
    assert settings.default_of(one) == shown


def test_every_setting_is_explained_in_a_sentence() -> None:
    assert [one.variable for one in all_settings() if not one.doc.endswith(".")] == []


def test_every_variable_of_the_page_is_accepted(tmp_path: Path) -> None:
    faults: list[str] = []
    for one in all_settings():
        try:
            load({one.variable: "1"}, given={"data": tmp_path} if one.name != "data" else None)
        except FaultySettings as found:
            faults += found.faults
    assert [fault for fault in faults if "is not a setting" in fault] == []


def test_the_page_does_not_depend_on_where_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = settings.page()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEPASS_PORT", "9999")

    assert settings.page() == here
