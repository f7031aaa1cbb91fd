"""Problems as JUnit XML, which build servers show as a report of tests: each file is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hebbdsl.diagnostics.diagnostic import Problem, Severity
from hebbdsl.diagnostics.escaping import visible
from hebbdsl.diagnostics.render import render_text
from hebbdsl.source import Span

NOWHERE = "hebbdsl"
"""The test case of problems that have no file."""


def render_junit(problems: Iterable[Problem], files: Sequence[str], strict: bool) -> str:
    """A test case for each of `files`, and for what else problems name; failed where one is wrong.

    Warnings are told of in `system-out`, and fail only when `strict`. The text is ASCII, with all
    else as references, and holds no character that XML 1.0 does not.
    """
    cases: dict[str, list[Problem]] = {name: [] for name in files}
    for problem in problems:
        cases.setdefault(_name(problem), []).append(problem)
    whole = Element("testsuites")
    suite = SubElement(whole, "testsuite", name="hebbdsl validate")
    failed = sum(_case(suite, name, found, strict) for name, found in cases.items())
    for element in (whole, suite):
        counts = {"tests": len(cases), "failures": failed, "errors": 0, "skipped": 0}
        element.attrib.update({word: str(count) for word, count in counts.items()})
    indent(whole)
    text: str = tostring(whole, encoding="us-ascii", xml_declaration=False).decode("ascii")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'


def _name(problem: Problem) -> str:
    match problem.place:
        case Span() as span:
            return span.source.name
        case str() as path:
            return path
    return NOWHERE


def _case(suite: Element, name: str, problems: Sequence[Problem], strict: bool) -> bool:
    """Adds the case. Returns whether it failed."""
    shown = visible(name)
    case = SubElement(suite, "testcase", classname="hebbdsl", name=shown, file=shown)
    failing = [p for p in problems if strict or p.severity is Severity.ERROR]
    others = [p for p in problems if p not in failing]
    if failing:
        first, *more = failing
        message = f"{first.code}: {visible(first.title)}"
        message += f" (and {len(more)} more)" if more else ""
        failure = SubElement(case, "failure", message=message, type=first.code)
        failure.text = render_text(failing)
    if others:
        SubElement(case, "system-out").text = render_text(others)
    return bool(failing)
