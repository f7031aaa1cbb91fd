"""A small good spec, and sections put in its place."""

from __future__ import annotations

import re
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.pipeline import inspect

GOOD = """\
hebbdsl: 1
experiment: minimal
data:
  omniglot: {classes: 100}
model: mlp
output: hebbian
curriculum:
  growing: {start: 20, add: 10, when: test_accuracy >= 0.5}
training:
  optimizer: adam
  steps: 2_000
"""

GOOD_TEXT = """\
hebbdsl 1
experiment minimal
data = omniglot(classes=100)
model = mlp
output = hebbian
curriculum = growing(start=20, add=10, when=test_accuracy >= 0.5)
training {
  optimizer = adam
  steps = 2_000
}
"""

_SECTION = re.compile(r"^(?=[A-Za-z_])", re.MULTILINE)


def with_sections(fragment: str, spec: str = GOOD) -> str:
    """`spec` with the top-level sections of `fragment` in the place of its own, or added."""
    sections = {_name(text): text for text in _SECTION.split(spec) if text.strip()}
    for text in _SECTION.split(fragment):
        if text.strip():
            sections[_name(text)] = text if text.endswith("\n") else text + "\n"
    return "".join(sections.values())


def _name(section: str) -> str:
    return re.split(r"[^\w.]", section, maxsplit=1)[0]


def is_of_text(problem: type[Problem]) -> bool:
    """Whether the examples of a page are written in the text surface."""
    return "HEB140" <= problem.code <= "HEB158"


def with_example(problem: type[Problem], example: str) -> str:
    """The good spec of the page's surface with the example in it."""
    return with_sections(example, GOOD_TEXT if is_of_text(problem) else GOOD)


def problems_of(text: str, folder: Path, ending: str = "yaml") -> tuple[Problem, ...]:
    """Everything that stages 1 to 4 say of a spec."""
    path = folder / f"spec.{ending}"
    path.write_text(text, encoding="utf-8", newline="")
    return tuple(inspect(path))


def codes_of(text: str, folder: Path, ending: str = "yaml") -> list[str]:
    return [problem.code for problem in problems_of(text, folder, ending)]
