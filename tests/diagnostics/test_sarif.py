"""SARIF logs, held to the schema of SARIF 2.1.0."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest
from hypothesis import given

from hebbdsl.diagnostics.catalogue import problems
from hebbdsl.diagnostics.sarif import render_sarif
from hebbdsl.pipeline import inspect
from hebbdsl.source import SET, Source, Span
from tests.diagnostics.odd import MANY, Mild, Odd

TESTS = Path(__file__).parents[1]
ROOT = Path("/repository")
SCHEMA = json.loads((TESTS / "data/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)


def log(*problems: Odd) -> dict[str, Any]:
    made = json.loads(json.dumps(render_sarif(problems, "1.2.3", ROOT)))
    VALIDATOR.validate(made)
    (run,) = made["runs"]
    assert isinstance(run, dict)
    return run


def test_the_schema_refuses_what_is_not_sarif() -> None:
    """The counter-test: it would be seen if a log were none."""
    VALIDATOR.check_schema(SCHEMA)
    made = render_sarif([Odd(place="a")], "1", ROOT)
    made["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(made)


def test_a_log_of_nothing_has_an_empty_list() -> None:
    run = log()
    assert run["results"] == []
    assert run["tool"]["driver"] == {"name": "hebbdsl", "version": "1.2.3", "rules": []}


def test_a_result() -> None:
    source = Source("specs/my spec#1.yaml", "a: 1\nθb: [1,\n 2]\n")
    problem = Odd(
        place=Span(source, 6, 16), other=Span(source, 0, 1), advice="do so", instead="x: 1"
    )
    run = log(Mild(place="b.yaml"), problem)
    assert run["columnKind"] == "unicodeCodePoints"
    warning, error = run["results"]
    assert (warning["ruleId"], warning["ruleIndex"], warning["level"]) == ("HEB198", 0, "warning")
    assert (error["ruleId"], error["ruleIndex"], error["level"]) == ("HEB199", 1, "error")
    assert error["message"] == {"text": "this is odd (do so)"}
    (place,) = error["locations"]
    region = {"startLine": 2, "startColumn": 2, "endLine": 3, "endColumn": 4}
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "specs/my%20spec%231.yaml"},
        "region": region,
    }
    assert error["relatedLocations"][0]["message"] == {"text": "this is odd"}
    (change,) = error["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {"deletedRegion": region, "insertedContent": {"text": "x: 1"}}
    ]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["HEB198", "HEB199"]
    assert rules[1]["shortDescription"] == {"text": "A problem for these tests."}
    assert "Wrong:\n" in rules[1]["help"]["text"]
    assert rules[0]["defaultConfiguration"] == {"level": "warning"}


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a.yaml", "a.yaml"),
        ("./sub/../a.yaml", "a.yaml"),
        ("/repository/sub/a.yaml", "sub/a.yaml"),
        ("/elsewhere/a b.yaml", "file:///elsewhere/a%20b.yaml"),
        ("../a.yaml", "file:///a.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("100%.yaml", "100%25.yaml"),
        ("sp\udce9c.yaml", "sp%E9c.yaml"),
        ("全.yaml", "%E5%85%A8.yaml"),
        (".", "."),
        ("half\ud800.yaml", "half%ED%A0%80.yaml"),
    ],
)
def test_addresses(name: str, uri: str) -> None:
    (result,) = log(Odd(place=name))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_value_of_set_is_no_artifact() -> None:
    source = Source(SET, "training.steps=0")
    (result,) = log(Odd(place=Span(source, 15, 16), instead="1"))["results"]
    assert result["locations"] == [
        {"logicalLocations": [{"name": SET, "fullyQualifiedName": "training.steps=0"}]}
    ]
    assert "fixes" not in result


def test_what_has_no_place_has_no_location() -> None:
    (result,) = log(Odd(place=None, words="odd", instead="1"))["results"]
    assert result["locations"] == []
    assert result["message"] == {"text": "odd"}
    assert "fixes" not in result


@given(MANY)
def test_whatever_is_said_it_is_sarif(found: list[Odd]) -> None:
    run = log(*found)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == len(found)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for uri in re.findall(r'"uri": "([^"]*)"', json.dumps(run)):
        assert re.fullmatch(r"[A-Za-z0-9_.~/%:-]+", uri)
        assert urlsplit(uri).scheme in ("", "file")
        assert b"\\" not in unquote_to_bytes(uri) or "%5C" in uri


def test_every_golden_spec() -> None:
    seen = set()
    for spec in sorted((TESTS / "golden").glob("*.yaml")):
        made = json.loads(json.dumps(render_sarif(inspect(spec), "1", TESTS)))
        VALIDATOR.validate(made)
        seen |= {rule["id"] for rule in made["runs"][0]["tool"]["driver"]["rules"]}
    assert len(seen) > 25


def test_every_code_can_be_a_rule() -> None:
    from hebbdsl.diagnostics.sarif import _rule

    rules = [_rule(problem) for problem in problems()]
    made = render_sarif([], "1", ROOT)
    made["runs"][0]["tool"]["driver"]["rules"] = rules
    VALIDATOR.validate(made)
