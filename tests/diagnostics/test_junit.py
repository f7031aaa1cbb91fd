"""JUnit XML, read back by a real parser of it."""

from __future__ import annotations

from xml.etree import ElementTree

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Severity
from hebbdsl.diagnostics.escaping import visible
from hebbdsl.diagnostics.junit import NOWHERE, render_junit
from hebbdsl.source import Source, Span
from tests.diagnostics.odd import MANY, NAMES, Mild, Odd


def cases(text: str) -> dict[str, list[junitparser.Result]]:
    """What each test case of the report says, by name, for the one suite that it has."""
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    found = {case.name: list(case.result) for case in suite}
    assert suite.tests == len(found) == len(list(suite))
    assert suite.failures == sum(bool(results) for results in found.values())
    assert suite.errors == suite.skipped == 0
    return found


def test_files_that_are_fine_pass() -> None:
    assert cases(render_junit([], ["a.yaml", "b.yaml"], False)) == {"a.yaml": [], "b.yaml": []}
    assert cases(render_junit([], [], False)) == {}


def test_a_failure_says_all_of_its_file() -> None:
    source = Source("b.yaml", "a: <1>\n")
    wrong = [Odd(place=Span(source, 0, 1)), Odd(place=Span(source, 3, 6), words="x & y")]
    found = cases(render_junit(wrong, ["a.yaml", "b.yaml"], False))
    assert found["a.yaml"] == []
    (failure,) = found["b.yaml"]
    assert (failure.type, failure.message) == ("HEB199", "HEB199: this is odd (and 1 more)")
    assert "b.yaml:1:4" in failure.text
    assert "error[HEB199]: x & y" in failure.text
    assert " 1 | a: <1>" in failure.text


@pytest.mark.parametrize("strict", [False, True])
def test_warnings_fail_when_strict(strict: bool) -> None:
    text = render_junit([Mild(place="a.yaml")], ["a.yaml"], strict)
    assert bool(cases(text)["a.yaml"]) is strict
    (case,) = ElementTree.fromstring(text).iter("testcase")
    assert (case.find("system-out") is None) is strict


def test_problems_of_no_file_are_not_lost() -> None:
    found = cases(render_junit([Odd(place=None), Odd(place="folder")], ["a.yaml"], False))
    assert [name for name, results in found.items() if results] == [NOWHERE, "folder"]


@given(MANY, st.lists(NAMES, max_size=3, unique_by=visible), st.booleans())
def test_whatever_is_said_it_is_xml(found: list[Odd], files: list[str], strict: bool) -> None:
    text = render_junit(found, files, strict)
    assert text.isascii()
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    named = [case.name for case in suite]
    assert named[: len(files)] == [visible(name) for name in files]
    failing = {_name(p) for p in found if strict or p.severity is Severity.ERROR}
    assert suite.failures == len(failing)
    said = "".join(ElementTree.fromstring(text).itertext())
    for problem in found:
        assert visible(problem.title) in said


def _name(problem: Odd) -> str:
    place = problem.place
    return place.source.name if isinstance(place, Span) else str(place or NOWHERE)
