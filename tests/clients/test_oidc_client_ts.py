"""oidc-client-ts in the browser: a single-page application without a secret."""

import json

from clients.stage import StageFactory


def test_oidc_client_ts_signs_in_renews_and_signs_out_without_a_server_of_its_own(open_stage: StageFactory) -> None:
    stage = open_stage("browser-oidc-client-ts", "--type", "spa")
    stage.sign_in()
    assert stage.page.url == stage.example.url, "the code has left the address bar"
    stage.refresh()
    stage.page.reload()
    stage.is_signed_in()
    kept = json.loads(stage.page.evaluate("Object.values(sessionStorage)[0]"))
    assert kept["token_type"].lower() == "bearer"
    stage.sign_out()
