"""The catalogue is complete, and every page of the front half says what happens."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import hebbdsl
from hebbdsl.diagnostics.catalogue import (
    examples,
    first_sentence,
    page,
    problem_of,
    problems,
)
from hebbdsl.diagnostics.codes import CODES, stage_of
from hebbdsl.diagnostics.diagnostic import Problem
from tests.specs import GOOD, GOOD_TEXT, codes_of, is_of_text, with_example

FRONT = [problem for problem in problems() if stage_of(problem.code) in "12347"]
IS_COMMAND = re.compile(r"(hebbdsl|iconv|chmod)[ .]")
FRAGMENTS = [problem for problem in FRONT if not IS_COMMAND.match(examples(problem)[0])]


def declared(source: str) -> Iterator[tuple[str, str]]:
    """The code and name of every class that gives itself a code, by the syntax alone."""
    for node in ast.walk(ast.parse(source)):
        for line in node.body if isinstance(node, ast.ClassDef) else ():
            match line:
                case (
                    ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code)))
                    | ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str(code)))
                ):
                    yield code, node.name


def test_every_problem_of_the_package_is_in_the_table() -> None:
    package = Path(hebbdsl.__file__).parent
    found = {}
    for file in package.rglob("*.py"):
        module = ".".join(file.relative_to(package.parent).with_suffix("").parts)
        for code, name in declared(file.read_text(encoding="utf-8")):
            assert code not in found, f"{code} is taken by {found[code]}"
            found[code] = f"{module.removesuffix('.__init__')}:{name}"
    assert found == dict(CODES)
    assert list(CODES) == sorted(CODES)


def test_a_problem_that_the_table_lacks_is_found() -> None:
    assert [*declared("class A(Problem):\n    code: ClassVar[str] = 'HEB999'\n")] == [
        ("HEB999", "A")
    ]
    assert [*declared("class B(A):\n    code = 'HEB998'\nclass C: ...")] == [("HEB998", "B")]


@pytest.mark.parametrize("code", CODES)
def test_every_line_of_the_table_names_the_problem_of_its_code(code: str) -> None:
    problem = problem_of(code)
    assert problem is not None
    assert problem.code == code
    assert re.fullmatch(r"HEB[1-7][0-9]{2}", code)


def loaded_by(code: str) -> set[str]:
    """Modules that an interpreter of its own has loaded after running `code`."""
    shown = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


HEAVY = {"torch", "numpy", "PIL", "matplotlib", "jsonschema", "rich", "typer"}


def test_no_problem_needs_anything_heavy() -> None:
    """Those of code that does stand in a file beside it, so that all can be listed at once."""
    said = "from hebbdsl.diagnostics.catalogue import problems; assert problems()"
    assert HEAVY.isdisjoint(loaded_by(said))


def test_explaining_a_code_loads_the_module_of_that_problem_alone() -> None:
    """Of all modules that hold problems: those that one needs itself, and no other."""
    holding = {place.partition(":")[0] for place in CODES.values()}
    module = CODES["HEB201"].partition(":")[0]
    explained = loaded_by("from hebbdsl.cli.explain import _code_page; _code_page('heb201')")
    assert holding & explained <= loaded_by(f"import {module}")
    assert len(holding & explained) < len(holding) / 2


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.code)
def test_page_has_a_sentence_and_both_examples(problem: type[Problem]) -> None:
    assert problem.__doc__ != Problem.__doc__
    assert first_sentence(problem).endswith(".")
    wrong, right = examples(problem)
    assert wrong.strip(), page(problem)
    assert right.strip(), page(problem)


def compiled_by_313(docstring: str) -> str:
    """What the compiler makes of a docstring since Python 3.13: no tabs, no common indentation."""
    first, _, rest = docstring.expandtabs().partition("\n")
    return f"{first.lstrip()}\n{textwrap.dedent(rest)}"


@pytest.mark.parametrize("problem", problems(), ids=lambda p: p.code)
def test_a_page_is_the_same_whatever_compiled_it(problem: type[Problem]) -> None:
    docstring = problem.__doc__ or ""
    assert "\t" not in docstring
    stripped = type(problem.__name__, (problem,), {"__doc__": compiled_by_313(docstring)})
    assert page(stripped) == page(problem)


def test_pages_show_tabs() -> None:
    wrong = {p.code: examples(p)[0] for p in problems() if p.code in ("HEB111", "HEB148")}
    assert wrong["HEB111"] == "output:\n\thebbian: {gamma: 0.05}\n"
    assert wrong["HEB148"] == 'about = "rows\tcolumns"\n'


def test_the_minimal_spec_is_good(tmp_path: Path) -> None:
    assert codes_of(GOOD, tmp_path) == []
    assert codes_of(GOOD_TEXT, tmp_path, "hebb") == []


@pytest.mark.parametrize("problem", FRAGMENTS, ids=lambda p: p.code)
def test_wrong_gives_its_code_alone(problem: type[Problem], tmp_path: Path) -> None:
    spec = with_example(problem, examples(problem)[0])
    assert codes_of(spec, tmp_path, "hebb" if is_of_text(problem) else "yaml") == [problem.code]


@pytest.mark.parametrize("problem", FRAGMENTS, ids=lambda p: p.code)
def test_right_is_right(problem: type[Problem], tmp_path: Path) -> None:
    spec = with_example(problem, examples(problem)[1])
    assert codes_of(spec, tmp_path, "hebb" if is_of_text(problem) else "yaml") == []


def test_pages_that_show_commands_are_few() -> None:
    """These are provoked by tests of their own (tests/syntax/test_reading.py, tests/cli)."""
    commands = {problem.code for problem in FRONT} - {problem.code for problem in FRAGMENTS}
    assert commands == {
        *(f"HEB10{n}" for n in range(1, 10)),
        *("HEB128", "HEB129", "HEB137", "HEB138", "HEB139", "HEB157", "HEB158"),
        *("HEB180", "HEB181"),
        *("HEB190", "HEB191", "HEB192"),
        *("HEB214", "HEB217", "HEB218"),
        "HEB215",
        "HEB233",
        "HEB235",
        "HEB237",
    }
