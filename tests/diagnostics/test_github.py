"""Workflow commands, read back the way GitHub's runner reads them."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given

from hebbdsl.diagnostics.diagnostic import At, Related
from hebbdsl.diagnostics.escaping import visible
from hebbdsl.diagnostics.github import render_github
from hebbdsl.source import SET, Source, Span
from tests.diagnostics.odd import MANY, Mild, Odd


def read(line: str) -> tuple[str, dict[str, str], str]:
    """Command, properties and data: up to the second `::`, split at `,` and the first `=`."""
    assert line.startswith("::")
    head, _, data = line[2:].partition("::")
    command, _, rest = head.partition(" ")
    properties = {}
    for item in rest.split(","):
        name, _, value = item.partition("=")
        for escape, character in (("%3A", ":"), ("%2C", ",")):
            value = value.replace(escape, character)
        properties[name] = unescaped(value)
    return command, properties, unescaped(data)


def unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_a_problem() -> None:
    source = Source("specs/a.yaml", "a: 1\nbc: [1,\n 2]\n")
    problem = Odd(place=Span(source, 5, 7), words="100 % odd: a, b", advice="do, so", instead="x")
    assert render_github([problem]) == (
        "::error file=specs/a.yaml,line=2,col=1,endLine=2,endColumn=3,title=HEB199"
        "::100 %25 odd: a, b%0Ahint: do, so"
    )


def test_names_are_escaped() -> None:
    (line,) = render_github([Odd(place="a,b:c%0A\n.yaml")]).splitlines()
    assert line == "::error file=a%2Cb%3Ac%250A<U+000A>.yaml,title=HEB199::this is odd"


def test_a_place_over_lines_keeps_its_columns() -> None:
    source = Source("a.yaml", "bc: [1,\n 2]\n")
    line = render_github([Mild(place=Span(source, 4, 11), other=Span(source, 0, 2))])
    assert line == (
        "::warning file=a.yaml,line=1,col=5,endLine=1,endColumn=8,title=HEB198"
        "::this is odd%0Athis is odd: a.yaml:1:1"
    )


def test_a_value_of_set_names_no_file() -> None:
    source = Source(SET, "steps=0")
    line = render_github([Odd(place=Span(source, 6, 7))])
    assert line == "::error title=HEB199::this is odd%0Ain --set steps=0"


@dataclass(frozen=True, kw_only=True)
class Unresolved(Odd):
    """One whose other place is a field, not yet characters.

    Wrong:
        odd

    Right:
        even
    """

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(At.field("T"), "inside"), *super().related)


def test_of_other_places_those_with_characters_are_named() -> None:
    source = Source("a.yaml", "a: 1\n")
    line = render_github([Unresolved(place=Span(source, 3, 4), other=Span(source, 0, 1))])
    assert line.endswith("::this is odd%0Athis is odd: a.yaml:1:1")


def test_nothing_to_say() -> None:
    assert render_github([]) == ""


@given(MANY)
def test_every_problem_is_one_command_that_says_the_same(found: list[Odd]) -> None:
    lines = render_github(found).split("\n") if found else []
    assert len(lines) == len(found)
    for line, problem in zip(lines, found, strict=True):
        assert line == visible(line), "no log is broken by what a file says"
        command, properties, data = read(line)
        assert command == problem.severity.value
        assert properties["title"] == problem.code
        assert data.split("\n")[0] == visible(problem.title)
        match problem.place:
            case str() as path:
                assert properties["file"] == visible(path)
            case Span() as span if span.source.name != SET:
                position = span.source.position(span.start)
                assert (int(properties["line"]), int(properties["col"])) == position
                assert properties["endLine"] == properties["line"]
                end = int(properties["endColumn"])
                assert position[1] <= end <= len(span.source.line(position[0])) + 2
            case _:
                assert properties.keys() == {"title"}
