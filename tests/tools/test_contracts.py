import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent.parent
_HOUSE = {
    "app.py": "",
    "kit/clock.py": "",
    "users/flows.py": "",
    "users/store.py": "",
    "methods/passkey/flows.py": "",
    "methods/magic_link/flows.py": "",
    "web/hosted/pages.py": "",
    "web/portal/pages.py": "",
    "protocols/saml.py": "",
}


def _lint(folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for path, text in (_HOUSE | files).items():
        file = folder / "gatepass" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for place in [folder / "gatepass", *(folder / "gatepass").rglob("*")]:
        if place.is_dir():
            (place / "__init__.py").touch()
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache", "--config", _ROOT / "pyproject.toml"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_orderly_house_keeps_every_contract(tmp_path: Path) -> None:
    done = _lint(tmp_path, {"app.py": "import gatepass.users.flows\nimport uvicorn"})

    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("contract", "path", "text"),
    [
        ("Imports point inward only", "users/flows.py", "import gatepass.methods.passkey.flows"),
        ("Imports point inward only", "kit/clock.py", "import gatepass.users.flows"),
        ("Imports point inward only", "surprise/flows.py", ""),
        ("No method knows another", "methods/passkey/flows.py", "import gatepass.methods.magic_link.flows"),
        ("No part of the web knows another", "web/portal/pages.py", "import gatepass.web.hosted.pages"),
        ("Standards are pure", "protocols/saml.py", "import socket"),
        ("The web framework stays at the door", "users/store.py", "import starlette.requests"),
    ],
)
def test_an_import_that_the_plan_forbids_breaks_its_contract(
    contract: str, path: str, text: str, tmp_path: Path
) -> None:
    done = _lint(tmp_path, {path: text})

    assert done.returncode == 1, done.stdout
    assert any(contract in line and "BROKEN" in line for line in done.stdout.splitlines()), done.stdout


def test_siblings_that_import_each_other_are_a_cycle(tmp_path: Path) -> None:
    done = _lint(
        tmp_path,
        {
            "users/flows.py": "import gatepass.users.store",
            "users/store.py": "import gatepass.users.flows",
        },
    )

    assert done.returncode == 1, done.stdout
    assert any("No cycles" in line and "BROKEN" in line for line in done.stdout.splitlines()), done.stdout
