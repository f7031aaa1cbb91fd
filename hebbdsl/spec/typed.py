"""An experiment made in Python, as a source: so every check and every place of stage 3 holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

from hebbdsl.diagnostics.diagnostic import Problem, Rejected
from hebbdsl.expression.claim import Claim
from hebbdsl.expression.condition import Condition
from hebbdsl.parts.part import Part
from hebbdsl.source import Source
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.experiment import Evaluation, Experiment, Training
from hebbdsl.spec.printing import Surface, print_plain, surface_of
from hebbdsl.syntax.reading import ENDINGS, UnknownSurface
from hebbdsl.vocabulary import in_vocabulary
from hebbdsl.writing import write_atomically

PYTHON = "<python>"
"""The name of a source that was made in Python: no file has it."""


def source_of(experiment: Experiment) -> Source:
    """What a file would hold that says the same.

    Raises: Rejected, with HEB237, when a field holds what no file can say.
    """
    return Source(PYTHON, printed(experiment, "yaml"))


def printed(experiment: Experiment, surface: Surface) -> str:
    """The experiment in a surface, without the fields that hold their default.

    Raises: Rejected, with HEB237, when a field holds what no file can say.
    """
    if unrepresentable := list(_unrepresentable(experiment, ())):
        raise Rejected(unrepresentable)
    return print_plain(plain(experiment, defaults=False), surface)


def dump(experiment: Experiment, to: Path | str) -> str:
    """The text in the surface `to`, `"yaml"` or `"hebb"`; of a path that of its ending, written.

    Raises: Rejected, when the ending is not one of a spec, or the file can't be written.
    """
    surface = next((known for known in get_args(Surface) if to == known), None)
    if surface is not None:
        return printed(experiment, surface)
    path = Path(to)
    if path.suffix.lower() not in ENDINGS:
        raise Rejected([UnknownSurface(place=str(path), ending=path.suffix)])
    text = printed(experiment, surface_of(path.name))
    try:
        write_atomically(path, text.encode(), through_links=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Rejected([NotWritten(place=str(path), path=str(path), reason=reason)]) from error
    return text


def _unrepresentable(value: object, path: tuple[str, ...]) -> Iterator[Problem]:
    match value:
        case None | bool() | int() | float() | str() | Condition() | Claim():
            return
        case Mapping():
            for key, item in value.items():
                if isinstance(key, str):
                    yield from _unrepresentable(item, (*path, key))
                else:
                    yield _problem(key, path)
        case tuple() | list():
            for index, item in enumerate(value):
                yield from _unrepresentable(item, (*path, str(index)))
        case Part() | Experiment() | Training() | Evaluation() if _is_whole(value):
            for field in fields(value):  # type: ignore[arg-type]
                yield from _unrepresentable(getattr(value, field.name), (*path, field.name))
        case _:
            yield _problem(value, path)


def _is_whole(value: object) -> bool:
    """A part of the vocabulary, or a section."""
    return is_dataclass(value) and (not isinstance(value, Part) or in_vocabulary(value))


def _problem(value: object, path: tuple[str, ...]) -> Problem:
    return NotRepresentable(place=PYTHON, field=".".join(path), found=type(value).__name__)


class NotRepresentable(Problem):
    """A field of an experiment made in Python holds an object that no spec can say.

    A spec says numbers, texts, `True`, `False`, `None`, tuples, conditions, claims and parts. Turn
    numbers of other libraries into Python's with `int(…)` or `float(…)`.

    Wrong:
        hebbdsl.check_spec(replace(experiment, seeds=(numpy.int64(3),)))

    Right:
        hebbdsl.check_spec(replace(experiment, seeds=(3,)))
    """

    code = "HEB237"
    field: str
    found: str

    title = "{field!q} holds {found!q}, which no spec can say"
    hint = "numbers, texts, True, False, None, tuples, conditions, claims and parts can be said"


class NotWritten(Problem):
    """A spec could not be written; what was there before is as it was.

    The reason given is the operating system's, most often a permission, or that another program
    changed the file in the meantime. Make the file and its folder writable, or work on a copy.

    Wrong:
        hebbdsl validate --fix /usr/share/specs/ours.yaml

    Right:
        cp /usr/share/specs/ours.yaml . && hebbdsl validate --fix ours.yaml
    """

    code = "HEB190"
    exit_code = 4
    path: str
    reason: str

    title = "{path!q} can't be written: {reason}"
    hint = "what was there before is as it was"
