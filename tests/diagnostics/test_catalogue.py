"""The catalogue is complete, and every page of the front half says what happens."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import hebbdsl.diagnostics.codes
from hebbdsl.diagnostics.catalogue import BY_CODE, MODULES, PROBLEMS, examples, first_sentence, page
from hebbdsl.diagnostics.diagnostic import Problem
from tests.specs import GOOD, GOOD_TEXT, codes_of, is_of_text, with_example

FRONT = [problem for problem in PROBLEMS if problem.code[3] in "12347"]
IS_COMMAND = re.compile(r"(hebbdsl|iconv|chmod)[ .]")
FRAGMENTS = [problem for problem in FRONT if not IS_COMMAND.match(examples(problem)[0])]


def subclasses(cls: type) -> Iterator[type]:
    found: list[type] = cls.__subclasses__()
    for subclass in found:
        yield subclass
        yield from subclasses(subclass)


def test_every_module_of_codes_is_in_the_catalogue() -> None:
    package = hebbdsl.diagnostics.codes
    there = {f"{package.__name__}.{m.name}" for m in pkgutil.iter_modules(package.__path__)}
    assert there == {module.__name__ for module in MODULES}


def test_every_problem_of_the_package_is_in_the_catalogue() -> None:
    for module in pkgutil.walk_packages(hebbdsl.diagnostics.codes.__path__):
        importlib.import_module(f"{hebbdsl.diagnostics.codes.__name__}.{module.name}")
    ours = {
        cls
        for cls in subclasses(Problem)
        if cls.__module__.startswith("hebbdsl.") and not inspect.isabstract(cls)
    }
    assert ours == set(PROBLEMS)


def test_codes_are_unique_and_well_formed() -> None:
    codes = [problem.code for problem in PROBLEMS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"HEB[1-7][0-9]{2}", code) for code in codes)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.code)
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


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.code)
def test_a_page_is_the_same_whatever_compiled_it(problem: type[Problem]) -> None:
    docstring = problem.__doc__ or ""
    assert "\t" not in docstring
    stripped = type(problem.__name__, (problem,), {"__doc__": compiled_by_313(docstring)})
    assert page(stripped) == page(problem)


def test_pages_show_tabs() -> None:
    wrong = {code: examples(BY_CODE[code])[0] for code in ("HEB111", "HEB148")}
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
        "HEB214",
        "HEB215",
        "HEB233",
        "HEB235",
        "HEB237",
    }
