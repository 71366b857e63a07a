"""Two applications in one browser: who has signed in to one is known to the other."""

from clients.stage import StageFactory


def test_the_second_application_asks_nothing(open_stage: StageFactory) -> None:
    first = open_stage("node-openid-client", "--type", "web")
    first.sign_in()
    subject = first.page.inner_text("#subject")
    second = open_stage("browser-oidc-client-ts", "--type", "spa")
    second.page.goto(second.example.url)
    second.press("Sign in")
    second.is_signed_in()
    assert second.page.inner_text("#subject") == subject
    second.sign_out()
