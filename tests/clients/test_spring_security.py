"""Spring Security in a Spring Boot application, which wants RS256 unless it is told otherwise."""

from clients.stage import StageFactory


def test_spring_security_signs_in_renews_and_signs_out(open_stage: StageFactory) -> None:
    stage = open_stage("java-spring-security", "--type", "web", "--algorithm", "RS256")
    stage.sign_in()
    stage.refresh()
    stage.sign_out()
