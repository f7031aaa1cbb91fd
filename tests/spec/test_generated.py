"""What is generated from the spec classes: current, and of one mind with the checker.

`HEBBDSL_GOLDEN=write` writes the files anew.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hebbdsl.diagnostics.catalogue import PROBLEMS, examples
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.source import Source
from hebbdsl.spec.checker import examine
from hebbdsl.spec.language import language_reference
from hebbdsl.spec.reader import as_written
from hebbdsl.spec.schema import spec_schema
from hebbdsl.syntax.yaml import parse_yaml
from tests.specs import GOOD, with_sections

ROOT = Path(__file__).parents[2]
GENERATED = {
    "grammar/spec.schema.json": lambda: (
        json.dumps(spec_schema(), indent=1, ensure_ascii=False) + "\n"
    ),
    "grammar/LANGUAGE.md": language_reference,
}


@pytest.mark.parametrize("name", GENERATED)
def test_the_file_is_current(name: str) -> None:
    text = GENERATED[name]()
    if os.environ.get("HEBBDSL_GOLDEN") == "write":
        (ROOT / name).write_text(text, encoding="utf-8")
    assert (ROOT / name).read_text(encoding="utf-8") == text


VALIDATOR = jsonschema.Draft202012Validator(spec_schema())

# What types, bounds and names alone show: where the checker says one of these, the schema refuses.
SEEN_BY_BOTH = {
    *("HEB201", "HEB202", "HEB203", "HEB204", "HEB205", "HEB206", "HEB214"),
    *("HEB301", "HEB302", "HEB303", "HEB304", "HEB305", "HEB307", "HEB311"),
}


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(spec_schema())


def texts() -> dict[str, str]:
    """Every spec at hand: the gallery, the golden ones, and both examples of every page."""
    found = {"good": GOOD}
    for path in [*ROOT.glob("specs/*.yaml"), *ROOT.glob("tests/golden/*.yaml")]:
        found[path.stem] = path.read_text(encoding="utf-8")
    for problem in PROBLEMS:
        wrong, right = examples(problem)
        if problem.code < "HEB5" and not wrong.startswith(("hebbdsl ", "iconv", "chmod")):
            found[f"{problem.code} wrong"] = with_sections(wrong)
            found[f"{problem.code} right"] = with_sections(right)
    return found


TEXTS = texts()


@pytest.mark.parametrize("name", TEXTS)
def test_schema_and_checker_agree(name: str) -> None:
    try:
        tree = parse_yaml(Source(name, TEXTS[name]))
    except Rejected:
        return  # no tree, so nothing to agree about
    problems = list(examine(tree).problems)
    written: Any = as_written(tree.root)
    codes = {problem.code for problem in problems}
    if not codes:
        VALIDATOR.validate(written)
    elif codes & SEEN_BY_BOTH and "variants:" not in TEXTS[name]:
        # What variants change is not in the schema: it depends on the setup that they change.
        assert not VALIDATOR.is_valid(written)


def test_the_schema_refuses_what_the_checker_refuses() -> None:
    """The test above must not pass by agreeing about nothing."""
    refused = 0
    for name, text in TEXTS.items():
        try:
            tree = parse_yaml(Source(name, text))
        except Rejected:
            continue
        refused += not VALIDATOR.is_valid(as_written(tree.root))
    assert refused >= 15
