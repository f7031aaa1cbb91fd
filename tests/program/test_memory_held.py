"""Counted twice: the memory at test time that is planned, and what tensors hold of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.program.classification.evaluation import accuracy_by_class, remember_training
from hebbdsl.program.language.evaluation import score_at_test
from hebbdsl.program.program import Program
from hebbdsl.program.test_time import Predictor, at_test
from hebbdsl.spec.experiment import Evaluation
from tests import tiny, words


def tensors(of: object, seen: set[int]) -> Iterator[Tensor]:
    """All that can be reached from it."""
    if id(of) in seen:
        return
    seen.add(id(of))
    if isinstance(of, Tensor):
        yield of
    elif isinstance(of, dict):
        for one in of.values():
            yield from tensors(one, seen)
    elif isinstance(of, list | tuple):
        for one in of:
            yield from tensors(one, seen)
    elif hasattr(of, "__dict__") and not isinstance(of, type):
        yield from tensors(vars(of), seen)


def held(program: Program, at: Predictor) -> int:
    """Bytes of tensors that are no weights or buffers of what was trained."""
    seen = {id(one) for of in (program.model, program.output) for one in of.state_dict().values()}
    own = [*program.model.parameters(), *program.output.parameters(), *program.output.buffers()]
    at.give(None, None)  # what is said of one stretch
    seen |= {id(one) for one in own}
    storages = {
        one.untyped_storage().data_ptr(): one.untyped_storage().nbytes()
        for one in tensors([at.output, at.trained], seen)
        if one.numel()
    }
    return sum(storages.values())


@pytest.mark.parametrize("size", [1, 90, 150, 1_000, 2_500, 10**8])
@pytest.mark.parametrize("count", [203, 1_500, 5_000])
def test_a_cache_on_text_holds_what_is_planned(size: int, count: int) -> None:
    output = Mixture(experts=(Trained(), Cache(size=size)))
    setup = replace(words.setup(output=Softmax()), evaluation=Evaluation(output=output))
    program = words.program(setup, text=words.content(held_out=count))
    at, found = at_test(program), list[int]()
    with torch.no_grad():
        score_at_test(program, "test", at, lambda *_: found.append(held(program, at)))
    assert max(found) == program.plan.memory.evaluation
    assert program.plan.memory.evaluation <= 8 + (min(size, count) + 1_024) * 2 * (12 * 4 + 8)


@pytest.mark.parametrize("count", [203, 1_500, 5_000])
@pytest.mark.parametrize("spec", [Mbpa(size=5), Mbpa(), Mbpa(size=10**7), Mbpa(size=90, steps=2)])
def test_mbpa_holds_what_is_planned(spec: Mbpa, count: int) -> None:
    setup = replace(words.setup(output=Softmax()), evaluation=Evaluation(adaptation=spec))
    program = words.program(setup, text=words.content(held_out=count))
    at, found = at_test(program), list[int]()
    score_at_test(program, "test", at, lambda *_: found.append(held(program, at)))
    assert max(found) == program.plan.memory.evaluation


def test_a_cache_that_was_trained_remembers_a_text_beside_its_batches() -> None:
    setup = words.setup(output=Mixture(experts=(Softmax(), Cache(size=30))))
    program = words.program(setup)
    at, found = at_test(program), list[int]()
    score_at_test(program, "test", at, lambda *_: found.append(held(program, at)))
    assert max(found) == program.plan.memory.evaluation == 1_024 * (12 * 4 + 8)


@pytest.mark.parametrize("size", [10, 180, 400_000])
def test_a_cache_on_pictures_has_room_for_no_more_than_there_are(size: int) -> None:
    output = Mixture(experts=(Trained(), Cache(size=size)))
    program = tiny.program(replace(tiny.setup(), evaluation=Evaluation(output=output)))
    at = at_test(program)
    remember_training(program, at, 12)
    assert held(program, at) == program.plan.memory.evaluation
    assert program.plan.memory.evaluation == min(size, 12 * 15) * (16 * 4 + 8) + 8
    of_all = Cache(size=size if size < 180 else 500).build(16, 12)
    remember_training(program, Predictor(of_all, None, program.output), 12)
    alone = Cache(size=size).build_at_test(16, 12, 180)
    remember_training(program, Predictor(alone, None, program.output), 12)
    one, other = (accuracy_by_class(program, range(12), 12, each) for each in (alone, of_all))
    assert one["test"].tolist() == other["test"].tolist()
