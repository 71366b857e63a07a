"""go-oidc and x/oauth2 in a Go program."""

from clients.stage import StageFactory


def test_go_oidc_signs_in_renews_and_signs_out(open_stage: StageFactory) -> None:
    stage = open_stage("go-oidc", "--type", "web")
    stage.sign_in()
    stage.refresh()
    stage.sign_out()
