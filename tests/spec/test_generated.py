"""What is generated from the spec classes: current, and of one mind with the checker.

`HEBBDSL_GOLDEN=write` writes the files anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import hebbdsl
from hebbdsl.diagnostics.catalogue import examples, problems
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.expression.grammar import grammar_text
from hebbdsl.expression.parser_tables import dumped
from hebbdsl.source import Source
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.checker import examine
from hebbdsl.spec.experiment import Experiment, Setup
from hebbdsl.spec.language_reference import language_reference
from hebbdsl.spec.paths import paths_into
from hebbdsl.spec.reader import as_written
from hebbdsl.spec.schema import spec_schema
from hebbdsl.spec.types import SectionOf, fields_of
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.vocabulary import every_part
from tests.specs import GOOD, is_of_text, with_example

ROOT = Path(__file__).parents[2]


def stub() -> str:
    """`hebbdsl/__init__.pyi`: what type checkers and editors see of names that load lazily."""
    found: dict[str, list[str]] = {}
    for name, module in hebbdsl._homes().items():
        found.setdefault(module, []).append(name)
    lines = ["# Generated from the public names and the vocabulary; a test keeps it current.", ""]
    for module in sorted(found):
        names = sorted(found[module])
        line = f"from {module} import {', '.join(names)}"
        if len(line) > 100:
            line = f"from {module} import (\n"
            line += "".join(f"    {name},\n" for name in names) + ")"
        lines.append(line)
    names = sorted([*hebbdsl._homes(), "__version__"])
    lines += ["", "__version__: str", "__all__ = [", *(f'    "{name}",' for name in names), "]"]
    return "\n".join(lines) + "\n"


GENERATED = {
    "hebbdsl/__init__.pyi": stub,
    "grammar/spec.schema.json": lambda: (
        json.dumps(spec_schema(), indent=1, ensure_ascii=False) + "\n"
    ),
    "grammar/LANGUAGE.md": language_reference,
    "grammar/tables.json": lambda: dumped(grammar_text()),
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
    golden = [*ROOT.glob("tests/golden/*.yaml"), *ROOT.glob("tests/golden/*.hebb")]
    for path in [*ROOT.glob("specs/*.yaml"), *golden]:
        found[path.name] = path.read_text(encoding="utf-8")
    for problem in problems():
        wrong, right = examples(problem)
        if problem.code < "HEB5" and not wrong.startswith(("hebbdsl ", "iconv", "chmod")):
            ending = "hebb" if is_of_text(problem) else "yaml"
            found[f"{problem.code} wrong.{ending}"] = with_example(problem, wrong)
            found[f"{problem.code} right.{ending}"] = with_example(problem, right)
    return found


TEXTS = texts()


@pytest.mark.parametrize("name", TEXTS)
def test_schema_and_checker_agree(name: str) -> None:
    try:
        tree = parse_tree(Source(name, TEXTS[name]))
    except Rejected:
        return  # no tree, so nothing to agree about
    problems = list(examine(tree).problems)
    written: Any = as_written(tree.root)
    codes = {problem.code for problem in problems}
    if not codes:
        VALIDATOR.validate(written)
    elif codes & SEEN_BY_BOTH:
        assert not VALIDATOR.is_valid(written)


def test_the_schema_refuses_what_the_checker_refuses() -> None:
    """The test above must not pass by agreeing about nothing."""
    refused = 0
    for name, text in TEXTS.items():
        try:
            tree = parse_tree(Source(name, text))
        except Rejected:
            continue
        refused += not VALIDATOR.is_valid(as_written(tree.root))
    assert refused >= 15


def _schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema with all those inside it."""
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from _schemas(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _schemas(inner)


def test_the_schema_is_one_that_editors_explain_well() -> None:
    """Alternatives make editors guess what was meant: there are few, and never `oneOf`."""
    schema = spec_schema()
    inside = list(_schemas(schema))
    assert not [s for s in inside if "oneOf" in s]
    assert all(len(s["anyOf"]) == 2 for s in inside if "anyOf" in s)
    assert all(definition["description"] for definition in schema["$defs"].values())
    for cls, definition in (
        (Experiment, schema),
        *((cls, schema["$defs"][f"{cls.kind}.{word}"]) for cls, word in every_part().items()),
    ):
        for field in fields_of(cls).values():
            said = definition["properties"][field.name]
            assert said["description"] == field.about
            if isinstance(field.type, SectionOf):
                continue  # or editors would write out the default of every field of it
            assert field.required or said["default"] == plain(field.default)


def _child(**entries: Any) -> dict[str, Any]:
    return {"hebbdsl": 1, "experiment": "child", "extends": "base.yaml", **entries}


CHILDREN: dict[str, dict[str, Any]] = {
    "nothing but a name": {},
    "a path": {"output.rescale": "none"},
    "an item of a list": {"model.channels.0": 8},
    "a section in part": {"training": {"steps": 5, "optimizer.learning_rate": 0.1}},
    "a variant taken away": {"variants": {"slow": None}},
    "a variant by path": {"variants.fast": {"training.steps": 5}},
    "a change of a variant": {"variants.fast.output.gamma": 0.1},
    "below an item": {"output.experts.1.size": 10},
}


@pytest.mark.parametrize("name", CHILDREN)
def test_a_child_may_leave_out_what_it_inherits(name: str) -> None:
    VALIDATOR.validate(_child(**CHILDREN[name]))
    whole = {key: value for key, value in _child().items() if key != "extends"}
    assert not VALIDATOR.is_valid(whole), "a spec that extends nothing must say it all"


def test_every_path_takes_what_its_field_takes() -> None:
    """The default of every field is taken at its path; a mapping of no word is not."""
    tried = 0
    for path, found in paths_into(Setup).named.items():
        for place in found:
            if place.field.required:
                continue
            value = plain(place.field.default)
            VALIDATOR.validate(_child(**{path: value}))
            VALIDATOR.validate(_child(variants={"a": {path: value}}))
            wrong = {"no_such": {"thing": 1}}
            assert not VALIDATOR.is_valid(_child(**{path: wrong}))
            assert not VALIDATOR.is_valid(_child(variants={"a": {path: wrong}}))
            tried += 1
    assert tried > 50


@pytest.mark.parametrize(
    "path", ["output.gama", "outpt.gamma", "training.step", "variants.A", "a."]
)
def test_a_path_that_leads_nowhere_is_refused(path: str) -> None:
    assert not VALIDATOR.is_valid(_child(**{path: 1}))
