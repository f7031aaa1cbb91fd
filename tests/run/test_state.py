"""What the host knows of a run goes to JSON and back in the middle of it, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from hebbdsl.parts.curricula.growing import Growing
from hebbdsl.program.program import Program
from hebbdsl.run.classification.run import ClassificationState
from hebbdsl.run.language.run import LanguageState
from hebbdsl.run.loop import Run, advance, begin
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record_json import evaluation_to_json
from tests import tiny, words

MEASURED = ("seconds", "predictions_per_second", "tokens_per_second")
Changed = Callable[[dict[str, Any]], Mapping[str, Any]]


def classification() -> Program:
    """Levels are passed, evaluations look at samples, and added classes are followed."""
    return tiny.program(tiny.setup(steps=60, evaluation_classes=6, binding_steps=60))


def language() -> Program:
    """The loss comes to rise: the learning rate falls, and patience ends the run."""
    training = {"patience": 3, "learning_rate_decay": 0.5, "epochs": 40, "evaluate_every": 20}
    return words.program(words.setup(**training), text=words.content(train=150))


def clock() -> Program:
    """Levels are ended by a clock, amid which evaluations are taken."""
    made = tiny.setup(evaluate_every=3, binding_steps=60)
    return tiny.program(replace(made, curriculum=Growing(start=4, add=4, every=10)))


PROGRAMS = {"classification": classification, "language": language, "clock": clock}
AFTER = {"classification": 6, "language": 7, "clock": 6}
"""Evaluations before the state is taken: some of everything has happened by then."""
ALL = {"classification": 12}


def rest_of(program: Program, evaluations: int, changed: Changed | None) -> Any:
    """What a run says after so many evaluations, and what it ends with.

    Args:
        changed: what becomes of the state as JSON before the run is begun anew with it; None: the
            same run goes on.
    """
    run, said = begin(program), list[Any]()
    for _ in range(evaluations):
        advance(run, Silent())
    if changed is not None:
        body = json.loads(json.dumps(run.state.to_json(), allow_nan=False))
        run = begin(program, changed(body), run.carried)
    while not run.ended:
        said.append(evaluation_to_json(advance(run, Silent())))
        said.append(run.best)
    run.conclude(Silent())
    return _unmeasured(said), _outcome(run)


def _outcome(run: Run) -> Any:
    metrics = {name: value for name, value in run.metrics().items() if name not in MEASURED}
    state = {name: value for name, value in run.state.to_json().items() if name not in MEASURED}
    return run.levels, metrics, state, {n: v.tolist() for n, v in run.program.weights().items()}


def _unmeasured(said: list[Any]) -> list[Any]:
    for line in said:
        if isinstance(line, dict):
            line.pop("seconds")
    return said


@pytest.mark.parametrize("task", PROGRAMS)
def test_a_run_goes_on_exactly_from_its_state(task: str) -> None:
    made, after = PROGRAMS[task], AFTER[task]
    assert rest_of(made(), after, dict) == rest_of(made(), after, None)


def _initial(task: str) -> dict[str, Any]:
    return begin(PROGRAMS[task]()).state.to_json()


@pytest.mark.parametrize(
    ("task", "name"),
    [
        (task, name)
        for task, cls in (("classification", ClassificationState), ("language", LanguageState))
        for name in cls.__dataclass_fields__
        if name != "seconds"
    ],
)
def test_it_would_not_without(task: str, name: str) -> None:
    """Every field is needed: with its first value the rest of the run is another."""
    made, first = PROGRAMS[task], _initial(task)[name]
    after = (ALL if name == "accuracies" else AFTER)[task]  # the next evaluation has its own
    try:
        other = rest_of(made(), after, lambda body: {**body, name: first})
    except (IndexError, KeyError):
        return
    assert other != rest_of(made(), after, None)


def test_the_carried_state_of_a_model_is_needed_too() -> None:
    program, other = (words.program(words.setup(evaluate_every=3)) for _ in range(2))
    for one, carried in ((program, True), (other, False)):
        run = begin(one)
        advance(run, Silent())
        run = begin(one, run.state.to_json(), run.carried if carried else ())
        advance(run, Silent())
    assert not all(
        (program.weights()[name] == value).all() for name, value in other.weights().items()
    )
