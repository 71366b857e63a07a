"""mod_auth_openidc: Apache signs people in before pages that know nothing of OpenID."""

import httpx2
from playwright.sync_api import expect

from clients.stage import StageFactory


def test_mod_auth_openidc_guards_pages_renews_and_signs_out(open_stage: StageFactory) -> None:
    # An access token lives an hour: at each visit there are less than 3599 seconds left, a second after it was issued.
    stage = open_stage("apache-mod-auth-openidc", "--type", "web", environment={"REFRESH_BEFORE": "3599"})
    turned_away = httpx2.get(f"{stage.example.url}private/", trust_env=False)
    assert turned_away.status_code == 302
    assert turned_away.headers["location"].startswith(f"{stage.server.url}/oauth2/authorize?")
    stage.sign_in()
    expires = stage.page.locator("#expires")
    for _ in range(2):
        before = expires.inner_text()
        stage.page.wait_for_timeout(1100)  # the page shows whole seconds
        stage.press("Refresh")
        expect(expires, stage.example.log).not_to_have_text(before)
        stage.is_signed_in()
    stage.sign_out()
