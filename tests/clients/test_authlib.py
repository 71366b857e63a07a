"""Authlib in a Starlette application."""

from clients.stage import StageFactory


def test_authlib_signs_in_renews_and_signs_out(open_stage: StageFactory) -> None:
    stage = open_stage("python-authlib", "--type", "web")
    stage.sign_in()
    stage.refresh()
    stage.sign_out()
