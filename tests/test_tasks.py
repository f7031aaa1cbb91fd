"""Outside the rooms of the two tasks, and the place that chooses, no code asks which task it is.

What differs between classification and language is asked through verbs that both answer. Held over
the syntax tree of every module: an `isinstance`, a `match`, a comparison or a dictionary by task is
found, whether the task is named by a class of its room, by its constant, or by a string.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

import hebbdsl

ROOT = Path(hebbdsl.__file__).parent
FLOORS = ("parts", "plan", "program", "run")
ROOMS = ("classification", "language")
CONTENTS = ("parts/datasets/corpora/corpus_content.py",)
"""What opened data of a task is: classes that stand beside its data sets."""
CHOOSES = "tasks.py"

CONSTANTS = frozenset({"CLASSIFICATION", "LANGUAGE"})
STRINGS = frozenset({"classification", "language", "pictures", "images", "text"})
AMBIGUOUS = frozenset({"text"})
"""Also a kind of token, of format and of node: no task where it is compared with a `kind`, or is
one key among others."""
ATTRIBUTES = frozenset({"task", "holds", "reads", "of_text"})
"""What says the task of a part or a run: nothing is looked up, or branched on, by it."""

BY_NAME = frozenset(
    {"getattr", "hasattr", "setattr", "attrgetter", "methodcaller", "import_module"}
)
"""Find an attribute or a module by a name, which may be made of a task's."""

ALLOWED: dict[str, int] = {}
"""Questions that are still asked, by module."""


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(), path.name)


def in_room(name: str) -> bool:
    """`plan/language.py`, `run/classification/state.py`, `parts/classification.py`, …"""
    floor, _, rest = name.partition("/")
    return floor in FLOORS and rest.partition("/")[0].removesuffix(".py") in ROOMS


@cache
def task_classes() -> frozenset[str]:
    """Names of the classes of one task: those of its rooms and contents, and all below them.

    A name that a class of no task has too is none: `Text` is a data set, and a type of fields.
    """
    bases: dict[tuple[str, str], set[str]] = {}
    found = set[str]()
    for name, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                bases[name, node.name] = {_last(base) for base in node.bases}
                if in_room(name) or name in CONTENTS:
                    found.add(node.name)
    while below := {cls for (_, cls), over in bases.items() if over & found} - found:
        found |= below
    others = {
        cls
        for (name, cls), over in bases.items()
        if not (in_room(name) or name in CONTENTS or over & found)
    }
    return frozenset(found - others)


def questions(module: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and form of every question by task."""
    for node in ast.walk(module):
        match node:
            case ast.Call(ast.Name("isinstance" | "issubclass"), [_, asked]) if _by_class(asked):
                yield node.lineno, "isinstance"
            case ast.MatchClass(cls) if _last(cls) in task_classes():
                yield cls.lineno, "match"
            case ast.MatchValue(value) if _names_task(value):
                yield value.lineno, "match"
            case ast.Match(subject) if _last(subject) in ATTRIBUTES:
                yield node.lineno, "match"
            case ast.Compare(left, _, others) if _compares([left, *others]):
                yield node.lineno, "comparison"
            case ast.Dict(keys) if _by_task([key for key in keys if key is not None]):
                yield node.lineno, "dictionary"
            case ast.Subscript(of, key) if _last(of) != "Annotated" and _says(key):
                yield node.lineno, "dictionary"
            case ast.Call(ast.Attribute(_, "get"), [key, *_]) if _says(key):
                yield node.lineno, "dictionary"
            case ast.Call(called, given) if _last(called) in BY_NAME and any(map(_says, given)):
                yield node.lineno, "attribute"
            case ast.Attribute(_, "of_text"):
                yield node.lineno, "comparison"


def _last(node: ast.AST) -> str:
    """`b` of `a.b`, of `b` and of `b[c]`."""
    match node:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
        case ast.Subscript(value):
            return _last(value)
    return ""


def _by_class(node: ast.expr) -> bool:
    return any(_last(inner) in task_classes() for inner in ast.walk(node))


def _says(node: ast.expr) -> bool:
    """Whether it is made of what says the task of a part, or of a task that is named."""
    return any(_last(one) in ATTRIBUTES or _names_task(one) for one in ast.walk(node))


def _names_task(node: ast.AST, ambiguous: bool = False) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in STRINGS and (ambiguous or node.value not in AMBIGUOUS)
    return _last(node) in CONSTANTS


def _compares(sides: list[ast.expr]) -> bool:
    """With a task that is named, or of a class with one of a room."""
    said = [inner for side in sides for inner in _members(side)]
    known = not any(_last(side) == "kind" for side in sides)
    return any(_names_task(one, known) for one in said) or any(
        _last(one) in task_classes() for one in sides
    )


def _members(node: ast.expr) -> Iterable[ast.expr]:
    return node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]


def _by_task(keys: list[ast.expr]) -> bool:
    named = [key for key in keys if _names_task(key, ambiguous=True)]
    classes = [key for key in keys if _last(key) in task_classes()]
    return bool(classes) or any(map(_names_task, keys)) or len(named) > 1


def test_no_code_asks_which_task_it_is() -> None:
    found = {
        name: asked
        for name, module in modules()
        if name != CHOOSES and not in_room(name) and (asked := sorted(questions(module)))
    }
    assert {name: len(asked) for name, asked in found.items()} == ALLOWED, found


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("isinstance", "isinstance(facts, ClassificationFacts)"),
        ("isinstance", "isinstance(data, (int, language.Corpus))"),
        ("isinstance", "issubclass(cls, Wikitext)"),
        ("match", "match plan:\n    case LanguagePlan():\n        pass"),
        ("match", "match task.name:\n    case 'language':\n        pass"),
        ("match", "match one:\n    case tasks.LANGUAGE:\n        pass"),
        ("match", "match data.holds:\n    case 'text':\n        pass"),
        ("comparison", "data.holds == 'text'"),
        ("comparison", "data.task is not CLASSIFICATION"),
        ("comparison", "data.task in (None, tasks.LANGUAGE)"),
        ("comparison", "type(plan) is ClassificationPlan"),
        ("comparison", "name in ('pictures', 'text')"),
        ("comparison", "x if run.of_text else y"),
        ("dictionary", "{'pictures': 1, 'text': 2}"),
        ("dictionary", "{CLASSIFICATION: 1}[task]"),
        ("dictionary", "{CharacterSet: 1}"),
        ("dictionary", "runs[data.task]"),
        ("dictionary", "runs[data.task.name]"),
        ("dictionary", "vars(self)[f'of_{task.name}']"),
        ("dictionary", "runs.get(data.task.name, run)"),
        ("attribute", "getattr(self, f'of_{task.name}')"),
        ("attribute", "getattr(self, 'of_' + self.data.task.name, None)()"),
        ("attribute", "getattr(self, tasks.LANGUAGE.name)"),
        ("attribute", "operator.methodcaller('of_{}'.format(plan.task.name))(self)"),
        ("attribute", "import_module(f'hebbdsl.plan.{task.name}')"),
    ],
)
def test_it_would_be_found(form: str, code: str) -> None:
    assert form in {found for _, found in questions(ast.parse(code))}


@pytest.mark.parametrize(
    "code",
    [
        "isinstance(data, Dataset)",
        "declared.of not in (None, data.task)",
        "other.task is not self.task",
        "token.kind in ('name', 'text')",
        "match token.kind:\n    case 'text':\n        pass",
        "{'text': claim.text, 'verdict': 1}",
        "Training(epochs=On(LANGUAGE))",
        "Annotated[int, On(LANGUAGE)]",
        "getattr(data, field.name)",
        "getattr(module, f'{task_name_of}')",
        "fields.get(field.name)",
    ],
)
def test_what_is_no_question_is_not(code: str) -> None:
    assert not list(questions(ast.parse(code)))


def test_rooms_are_where_the_tasks_say() -> None:
    assert all((ROOT / name).exists() for name in CONTENTS)
    assert in_room("plan/language.py")
    assert in_room("run/classification/state.py")
    assert not in_room("parts/models/language_model.py")
    assert not in_room("lint/language.py")
