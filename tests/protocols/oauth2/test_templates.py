from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.protocols.oauth2 import templates
from gatepass.protocols.oauth2.templates import faults, fill

FACTS: dict[str, Any] = {
    "user": {"email": "a@b.example", "age": 7, "name": None, "tags": ["x", 1], "meta": {"plan": "pro"}, "ok": True},
    "application": {"name": "Shop"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.sampled_from(["{{user.email}}", "{{a}}"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("{{user.email}}", "a@b.example"),
        ("{{ user.age }}", 7),
        ("{{user.ok}}", True),
        ("{{user.tags}}", ["x", 1]),
        ("{{user.meta}}", {"plan": "pro"}),
        ("{{user.meta.plan}}-{{user.age}}", "pro-7"),
        ("is {{user.ok}} {{user.tags}}", 'is true ["x",1]'),
        ('{{user.name | default: "nobody"}}', "nobody"),
        ('{{user.email | default: ""}}', "a@b.example"),
        ('Hello {{user.nick|default:"you"}}!', "Hello you!"),
        ({"deep": ["{{user.age}}", "{{no}}", 1]}, {"deep": [7, 1]}),
        ({"gone": "{{no}}"}, {}),
        ("plain", "plain"),
        ("{user.email}", "{user.email}"),
        (None, None),
        (3, 3),
    ],
)
def test_places_are_filled(value: Any, filled: Any) -> None:
    assert faults({"claim": value}) == []
    assert fill({"claim": value}, FACTS) == {"claim": filled}


@pytest.mark.parametrize(
    "value", ["{{no}}", "{{user.no}}", "{{user.email.upper}}", "{{user.tags.0}}", "x {{no}}", "{{user.name}}"]
)
def test_a_claim_of_which_nothing_is_known_is_left_out(value: str) -> None:
    assert fill({"claim": value, "other": 1}, FACTS) == {"other": 1}


@pytest.mark.parametrize(
    "value",
    [
        "{{7*7}}",
        "{{ ''.__class__ }}",
        "{{user.email|upper}}",
        "{{user.email()}}",
        "{{user['email']}}",
        "{{}}",
        "{{ }}",
        "{{user.}}",
        "{{user..email}}",
        "{{{{user.email}}}}",
        "{{user.email",
        "user.email}}",
        "{{a.b.c.d.e.f.g}}",
        '{{user.email | default: "{{user.age}}"}}',
        "{{user.email | default: 'x'}}",
        "{{" + "a" * 65 + "}}",
        "{{user\n.email}}",
    ],
)
def test_there_is_nothing_but_look_ups(value: str) -> None:
    assert any("has a place" in fault for fault in faults({"claim": [value]}))
    assert "49" not in str(fill({"claim": value}, FACTS))


def test_facts_are_not_templates() -> None:
    facts = {"user": {"email": "{{secret.key}}"}, "secret": {"key": "k"}}
    assert fill({"a": "{{user.email}}", "b": "x{{user.email}}"}, facts) == {
        "a": "{{secret.key}}",
        "b": "x{{secret.key}}",
    }


def test_attributes_of_facts_are_out_of_reach() -> None:
    class Fact:
        key = "k"

    assert fill({"claim": "{{fact.key}}", "other": "{{fact}}"}, {"fact": Fact()}) == {}


@pytest.mark.parametrize("name", sorted(templates.RESERVED))
def test_reserved_claims_are_refused_and_never_filled(name: str) -> None:
    assert "reserved" in faults({name: "x"})[0]
    assert fill({name: "x", "inner": {name: "x"}}, FACTS) == {"inner": {name: "x"}}
    assert faults({"inner": {name: "x"}}) == []


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ([], "JSON object"),
        (None, "JSON object"),
        ("{{user}}", "JSON object"),
        ({f"c{n}": 1 for n in range(51)}, "more than 50 claims"),
        ({"a": {f"c{n}": 1 for n in range(50)}}, "more than 50 claims"),
        ({"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}, "deeper than 6"),
        ({"a": [[[[[[[1]]]]]]]}, "deeper than 6"),
        ({"a": "x" * 4096}, "longer than 4096"),
        ({"a": "{{a}}" * 101}, "more than 100 places"),
        ({"a": object()}, "no JSON"),
        ({"a": float("nan")}, "no JSON"),
        ({"a": "\ud800"}, "no JSON"),
    ],
)
def test_what_is_too_much_is_told(template: Any, words: str) -> None:
    assert words in " ".join(faults(template))


def test_what_a_template_makes_is_bounded() -> None:
    facts = {"long": "x" * 3000}
    assert list(fill({"a": "{{long}}", "b": "{{long}}", "c": "{{long}}"}, facts)) == ["a"]
    assert fill({"a": "{{long}}" * 2, "b": 1}, facts) == {}
    nested: Any = "x"
    for _ in range(500):
        nested = [nested]
    assert fill({"a": nested, "b": 1}, facts)["b"] == 1


@given(st.dictionaries(st.text(), JSON, max_size=6), st.dictionaries(st.text(), JSON, max_size=3))
def test_no_template_breaks_the_filling(template: dict[str, Any], facts: dict[str, Any]) -> None:
    faults(template)
    filled = fill(template, facts)
    assert filled.keys() <= template.keys()
    assert len(templates._encoded(filled)) <= 4096
