"""Which language a page's visitor gets, and what is said in it."""

import pytest

from gatepass.gate.pages.languages import LANGUAGES, N_counted, Text, catalogue, negotiate, translated


@pytest.mark.parametrize(
    ("asked", "header", "chosen", "tag"),
    [
        ("de-AT fr", "ja", "", "de"),
        ("xx fr", "ja", "", "fr"),
        (None, "fr-CH;q=0.5, ja;q=0.9, *;q=0.1", "", "ja"),
        (None, "pt_BR", "", "pt"),
        ("de", "fr", "tr", "tr"),
        ("de", "fr", "klingon", "de"),
        (None, "it;q=0, *;q=0.5", "", "en"),
        (None, "de;q=nan, nl;q=high, es;q=0.1", "", "es"),
        (None, None, "", "en"),
    ],
)
def test_the_best_wish_that_can_be_met_wins(asked: str | None, header: str | None, chosen: str, tag: str) -> None:
    assert negotiate(asked, header, chosen).tag == tag


def test_an_application_has_its_own_default() -> None:
    assert negotiate(None, "zh", default="nl").tag == "nl"


def test_a_wish_without_end_is_read_up_to_a_bound() -> None:
    assert negotiate("x " * 100_000 + "de", "x," * 100_000 + "fr").tag == "en"


def test_a_sentence_without_translation_is_shown_as_it_is() -> None:
    assert translated("100% of nothing", catalogue("de")) == "100% of nothing"


def test_values_are_put_into_the_translated_sentence() -> None:
    words = catalogue("de")

    assert translated(Text("Continue with %(provider)s", {"provider": "100%"}), words) == "Weiter mit 100%"
    assert translated(N_counted("a minute ago", "%(number)s minutes ago", 3), words) == "vor 3 Minuten"


def test_only_arabic_runs_from_right_to_left() -> None:
    assert [tag for tag, language in LANGUAGES.items() if language.direction == "rtl"] == ["ar"]
