"""Ratios, targets, and how they are shown."""

from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from bench.__main__ import options, wanted
from bench.contest import Conditions, Entry, Footprint, Results, Sample
from bench.lines import comparisons
from bench.processes import Cores
from bench.report import as_data, show, write_json

CONDITIONS = Conditions(Path(), Cores(0, 1), connections=32, seconds=1.0)


def measured() -> Results:
    results = Results()
    for line, server, cpu in [
        ("redeem", "Gatepass", 100.0),
        ("collect", "Gatepass", 150.0),
        ("verify", "better-auth", 2600.0),
        ("refresh", "Gatepass", 300.0),
        ("refresh", "oidc-provider, ES256 JWT", 450.0),
        ("refresh", "oidc-provider, defaults", 1200.0),
        ("status", "Gatepass", 50.0),
    ]:
        for shift in (-10.0, 0.0, 10.0):
            note = "no rotation" if server.startswith("oidc") else ""
            results.add(Entry(line, server, list, note), Sample(cpu + shift, 1e6 / cpu, 9.0))
    results.footprints["Gatepass"] = Footprint(idle=71.0, after=90.0, first_answer=0.5)
    return results


def test_a_composed_line_adds_its_parts_up() -> None:
    row = next(row for row in comparisons(measured()) if row.line.key == "verify")
    assert row.ours is not None
    assert (row.ours.cpu, row.ours.p99) == (250.0, 18.0)
    assert row.ours.rate == pytest.approx(4000.0)
    assert row.spread == (230.0, 270.0)
    assert row.ratio == pytest.approx(10.4)
    assert row.is_met is True


def test_only_the_named_rival_is_judged_against_the_target() -> None:
    rows = {row.server: row for row in comparisons(measured()) if row.line.key == "refresh"}
    assert rows["oidc-provider, ES256 JWT"].is_met is False
    assert rows["oidc-provider, defaults"].ratio == pytest.approx(4.0)
    assert rows["oidc-provider, defaults"].is_met is None


def test_a_line_without_peers_stands_alone() -> None:
    row = next(row for row in comparisons(measured()) if row.line.key == "status")
    assert (row.server, row.theirs, row.ratio, row.is_met) == ("", None, None, None)


def test_the_tables_fit_a_terminal_and_say_what_is_met() -> None:
    console = Console(width=80, record=True, quiet=False, file=Path("/dev/null").open("w"))  # noqa: SIM115
    show(console, measured(), CONDITIONS, rounds=3)
    console.file.close()
    shown = console.export_text()
    for words in ("≥ 10 ✓", "≥ 1.8 ✗", "10.4", "71.0 (≤ 70 ✗)", "0.50 (≤ 0.8 ✓)", "1  no rotation"):
        assert words in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_the_file_holds_every_sample(tmp_path: Path) -> None:
    write_json(tmp_path / "out.json", as_data(measured(), CONDITIONS, {"node": "v0"}))
    data = msgspec.json.decode((tmp_path / "out.json").read_bytes())
    assert data["versions"]["node"] == "v0"
    assert [len(entry["samples"]) for entry in data["samples"]] == [3] * 7
    assert [row["met"] for row in data["comparisons"] if row["line"] == "verify"] == [True]


def test_asking_for_a_composed_line_measures_its_parts() -> None:
    assert wanted("verify") == {"verify", "redeem", "collect"}
    assert "jwks" in wanted("")


def test_a_line_that_does_not_exist_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(["--only", "send,nonsense"])
    assert "no such line: nonsense" in capsys.readouterr().err
