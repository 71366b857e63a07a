"""oauth4webapi on Node: pushed requests, a private key instead of a secret, tokens bound to a key."""

import subprocess
import urllib.parse
from pathlib import Path

from playwright.sync_api import expect

from clients.stage import StageFactory
from tools.examples import ready


def test_oauth4webapi_signs_in_with_pushed_requests_a_private_key_and_bound_tokens(
    open_stage: StageFactory, tmp_path: Path
) -> None:
    subprocess.run(
        ["node", ready("node-oauth4webapi").folder / "keys.js"],
        cwd=tmp_path,
        check=True,
        timeout=30,
        capture_output=True,
    )
    stage = open_stage(
        "node-oauth4webapi", "--type", "web", "--set", "oauth.authentication=private_key_jwt",
        "--set", f"oauth.jwks=@{tmp_path / 'public-keys.json'}",
        "--set", "oauth.requires_pushed_requests=true", "--set", "oauth.requires_dpop=true",
        environment={"PRIVATE_KEY": str(tmp_path / "private-key.pem")},
    )  # fmt: skip
    asked: list[str] = []
    stage.page.on("request", lambda request: asked.append(request.url))
    stage.sign_in()
    told = next(url for url in asked if "/oauth2/authorize" in url)
    names = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(told).query))
    assert set(names) == {"client_id", "request_uri"}, "everything else was pushed"
    expect(stage.page.locator("#token-type")).to_have_text("dpop")
    stage.refresh()
    expect(stage.page.locator("#token-type")).to_have_text("dpop")
    stage.sign_out()
