"""openid-client on Node: a web application with a secret."""

from clients.stage import StageFactory


def test_openid_client_signs_in_renews_and_signs_out(open_stage: StageFactory) -> None:
    stage = open_stage("node-openid-client", "--type", "web")
    stage.sign_in()
    stage.refresh()
    stage.sign_out()
