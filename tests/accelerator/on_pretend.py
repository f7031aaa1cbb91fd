"""Training and evaluation on an accelerator that is not there. `test_pretend` runs this file alone.

Nothing in a step waits for the device, makes float64 on it or mixes devices, whatever is trained;
an evaluation waits as often as is said below, however long the text and however many the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from torch import Tensor

from hebbdsl import Hebbian, Mlp, Model, Output, Softmax
from hebbdsl.parts.datasets.corpora.corpus_content import CorpusContent
from hebbdsl.parts.outputs.hebbian.module import HebbianLayer
from hebbdsl.parts.outputs.hebbian.write import Bags
from hebbdsl.parts.part import Adaptation, Optimizer
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.classification.evaluation import (
    StoredExamples,
    accuracy_by_class,
    remember_training,
)
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.program.data import Opened
from hebbdsl.program.language.evaluation import (
    StoredText,
    gather_gradients,
    remember_train,
    score_at_test,
)
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.program import Program
from hebbdsl.program.test_time import Predictor, at_test, weights_kept
from hebbdsl.program.tuning import tune
from hebbdsl.run.loop import advance, begin
from hebbdsl.run.monitor import Silent
from hebbdsl.spec.experiment import Evaluation, Setup
from hebbdsl.tasks import LANGUAGE
from tests import sampling, tiny
from tests.accelerator import every
from tests.accelerator.pretend import DEVICE, NoFloat64, Waited, Watch, WrongDevice, pretending

AN_EVALUATION = 3
"""Waits: for what was watched of the steps, the norms of the weights, and what was measured."""
A_VALUE_TRIED = 2
"""Waits: for what experts say of stored labels, of which shares are found, and for the loss."""
WORDS = 12_000
"""So many that losses are made chunk by chunk, and `adaptive_softmax` has clusters."""


def text(held_out: int = 8) -> CorpusContent:
    generator = np.random.default_rng(0)
    lengths = {"train": 40, "validation": held_out, "test": held_out}
    return CorpusContent(
        word="stdlib_docs",
        origin="made up",
        fingerprint="0" * 64,
        words=[str(number) for number in range(WORDS)],
        counts=np.arange(WORDS, 0, -1),
        splits={s: generator.integers(0, WORDS, n, np.int32) for s, n in lengths.items()},
    )


TEXT, PICTURES = text(), tiny.content()
MODELS, OUTPUTS = dict(every.parts(Model)), every.parts(Output)  # type: ignore[type-abstract]
MODELS["transformer"] = replace(MODELS["transformer"], num_layers=1)  # for speed
ADAPTATIONS = every.parts(Adaptation)  # type: ignore[type-abstract]
ADDED = [*every.added()]
BESIDE = [(model, name) for model in ("lstm", "mlp") for name in (None, *ADAPTATIONS)]


def lacks_kernel(model: Model) -> bool:
    """Whether torch has no kernel for it on a device that is not there: a step of nothing else."""
    setup = every.on(model, Softmax())
    assert setup is not None
    try:
        with pretending() as watch:
            taken(assembled(setup), watch)
    except NotImplementedError:
        return True
    return False


def of_model(word: str) -> Model:
    """Skips what torch can't compute there, whatever it is with."""
    if word not in _LACKING:
        _LACKING[word] = lacks_kernel(MODELS[word])
    if _LACKING[word]:
        pytest.skip(f"torch {torch.__version__} has no fake kernel for `{word}`")
    return MODELS[word]


_LACKING: dict[str, bool] = {}


def assembled(setup: Setup) -> Program:
    content = TEXT if setup.data.task == LANGUAGE else PICTURES
    plan = plan_setup(setup, TEXT.facts() if content is TEXT else None)
    made = assemble("pretend", "main", plan, 0, Opened(setup.data, content), DEVICE)
    assert {value.device for value in made.state().values()} == {DEVICE}
    return made


@contextmanager
def steps_that_never_wait(watch: Watch) -> Iterator[None]:
    """Whoever trains inside, and however."""

    def strict(train: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            with watch.waiting_for_nothing():
                return train(*args)

        return called

    with (
        mock.patch.object(LanguageProgram, "train", strict(LanguageProgram.train)),
        mock.patch.object(ClassificationProgram, "train", strict(ClassificationProgram.train)),
    ):
        yield


def taken(program: Program, watch: Watch, evaluations: int = 2) -> None:
    """Two steps and an evaluation, so many times."""
    run = begin(program)
    with steps_that_never_wait(watch):
        for _ in range(evaluations):
            before = watch.waits
            advance(run, Silent())
            assert watch.waits - before <= AN_EVALUATION


def evaluated(program: Program, watch: Watch) -> None:
    """As the setup's evaluation declares, after training."""
    at, losses = at_test(program), Counted()
    at.output.score_stored = losses.counting(at.output.score_stored)  # type: ignore[method-assign]
    before = watch.waits
    if isinstance(program, LanguageProgram):
        _text_evaluated(program, at, watch)
    else:
        assert isinstance(program, ClassificationProgram)
        _pictures_evaluated(program, at, watch)
    # Once for the scale of the activations, once a split, and for the labels' largest number where
    # a memory that grows is given back.
    assert watch.waits - before <= A_VALUE_TRIED * losses.number + 4


def _text_evaluated(program: LanguageProgram, at: Predictor, watch: Watch) -> None:
    with watch.waiting_for_nothing():
        if at.adapter is not None and at.adapter.training_batches:
            gather_gradients(program, at.adapter)
        remember_train(program, at.output, Silent())
    with weights_kept(program):
        if program.setup.evaluation.tunes:
            tune(at, StoredText(program, at))
        before = watch.waits
        score_at_test(program, "test", at)
        assert watch.waits - before == 1


def _pictures_evaluated(program: ClassificationProgram, at: Predictor, watch: Watch) -> None:
    with watch.waiting_for_nothing():
        remember_training(program, at, 12)
    if program.setup.evaluation.tunes:
        tune(at, StoredExamples(program, at, 12))
    before = watch.waits
    accuracy_by_class(program, range(12), 12, at.output)
    assert watch.waits - before == 1


class Counted:
    def __init__(self) -> None:
        self.number = 0

    def counting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            self.number += 1
            return function(*args)

        return called


# --- everything there is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "output"),
    [
        (model, output)
        for number, model in enumerate(MODELS)
        for output in sampling.share([*OUTPUTS], number, 2)
    ],
)
def test_every_model_with_every_output_and_adaptation(model: str, output: str) -> None:
    """Where not all are tried, each model with half of the outputs, of which the next one has the
    others, and with one of the adaptations."""
    setup = every.on(of_model(model), OUTPUTS[output])
    turn = [*MODELS].index(model) + [*OUTPUTS].index(output)
    adaptations = sampling.share([*ADAPTATIONS.values()], turn, len(ADAPTATIONS))
    if setup is None:
        assert OUTPUTS[output].is_trained, "only that is not trained"
        return
    with pretending() as watch:
        taken(assembled(setup), watch)
        for adaptation in adaptations:
            evaluation = Evaluation(adaptation=adaptation)
            adapted = every.on(MODELS[model], OUTPUTS[output], evaluation)
            if adapted is not None:
                evaluated(assembled(adapted), watch)


@pytest.mark.parametrize("model", MODELS)
def test_every_field_of_a_model(model: str) -> None:
    part = of_model(model)
    for name, changed in (*every.variations(part), ("all", every.all_changed(part))):
        setup = every.on(changed, Softmax())
        if setup is not None:
            with pretending() as watch, saying(name):
                taken(assembled(setup), watch, 1)


@pytest.mark.parametrize("model", ["lstm", "mlp"])
@pytest.mark.parametrize("output", OUTPUTS)
def test_every_field_of_an_output(model: str, output: str) -> None:
    part, read_by = OUTPUTS[output], replace(of_model(model), dropout=0.5)
    for name, changed in (*every.variations(part), ("all", every.all_changed(part))):
        setup = every.on(read_by, changed)
        if setup is not None:
            with pretending() as watch, saying(name):
                taken(assembled(setup), watch, 1)


@pytest.mark.parametrize(("model", "name"), BESIDE)
def test_every_memory_that_is_added_beside_every_adaptation(model: str, name: str | None) -> None:
    """Each of them once, where not all are tried."""
    adaptation = None if name is None else ADAPTATIONS[name]
    for memory, output in sampling.share(ADDED, BESIDE.index((model, name)), len(BESIDE)):
        evaluation = Evaluation(output=output, adaptation=adaptation)
        setup = every.on(of_model(model), Softmax(), evaluation)
        if setup is not None:
            with pretending() as watch, saying(memory):
                evaluated(assembled(setup), watch)


@pytest.mark.parametrize("model", ["lstm", "mlp"])
@pytest.mark.parametrize("name", ADAPTATIONS)
def test_every_field_of_an_adaptation(model: str, name: str) -> None:
    part = ADAPTATIONS[name]
    for field, changed in (*every.variations(part), ("all", every.all_changed(part))):
        setup = every.on(of_model(model), Softmax(), Evaluation(adaptation=changed))
        if setup is not None:
            with pretending() as watch, saying(field):
                evaluated(assembled(setup), watch)


@pytest.mark.parametrize("optimizer", every.parts(Optimizer))
def test_every_optimizer(optimizer: str) -> None:
    part = every.parts(Optimizer)[optimizer]
    for name, changed in (("", part), *every.variations(part), ("all", every.all_changed(part))):
        setup = every.on(
            MODELS["mlp"], Hebbian(moments="clear"), optimizer=changed, clip_grad_norm=1.0
        )
        assert setup is not None
        with pretending() as watch, saying(name):
            taken(assembled(setup), watch, 1)


@contextmanager
def saying(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(f"with {what}")
        raise


# --- what must be found ---------------------------------------------------------------------------

STRAY = torch.zeros(36, dtype=torch.int64)

FAULTS: dict[str, tuple[type[Exception], Callable[[Tensor, Tensor], object]]] = {
    "a tensor of the host": (WrongDevice, lambda h, _: h + torch.zeros(h.shape)),
    "an index of the host": (WrongDevice, lambda h, _: h[torch.zeros(3, dtype=torch.int64)]),
    "a generator of the host": (
        WrongDevice,
        lambda h, _: torch.rand(3, generator=torch.Generator(), device=h.device),
    ),
    "float64": (NoFloat64, lambda h, _: h.double()),
    "a sum in float64": (NoFloat64, lambda h, _: h.sum(dtype=torch.float64)),
    "item": (Waited, lambda _, labels: labels[0].item()),
    "a truth": (Waited, lambda _, labels: bool((labels > 3).any())),
    "a number": (Waited, lambda h, _: float(h.sum())),
    "a list": (Waited, lambda _, labels: labels.tolist()),
    "a copy": (Waited, lambda h, _: h.cpu()),
    "a copy into what is there": (Waited, lambda h, _: torch.zeros(h.shape).copy_(h)),
    "nonzero": (Waited, lambda _, labels: (labels > 3).nonzero()),
    "unique": (Waited, lambda _, labels: labels.unique()),
    "a mask": (Waited, lambda h, labels: h[labels > 3]),
    "a mask that is written": (Waited, lambda h, labels: h.index_put((labels > 3,), h[:1])),
    "as often as labels say": (Waited, lambda h, labels: h.repeat_interleave(labels, dim=0)),
    "a comparison": (Waited, lambda h, _: torch.equal(h, h)),
}


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        (model, fault)
        for number, fault in enumerate(FAULTS)
        for model in sampling.share(["lstm", "mlp"], number, 2)
    ],
)
def test_a_fault_in_the_step_is_found(model: str, fault: str) -> None:
    """The test of the test: in what follows the step, where the write is."""
    expected, does = FAULTS[fault]
    after_step = HebbianLayer.after_step

    def faulty(self: HebbianLayer, h: Tensor, clean: Tensor, labels: Tensor, *rest: Any) -> Any:
        does(h, labels)
        return after_step(self, h, clean, labels, *rest)

    setup = every.on(of_model(model), Hebbian())
    assert setup is not None
    with (
        pretending() as watch,
        mock.patch.object(HebbianLayer, "after_step", faulty),
        pytest.raises(expected),
    ):
        taken(assembled(setup), watch)


def test_room_for_the_write_on_the_host_is_found() -> None:
    setup = every.on(Mlp(), Hebbian())
    assert setup is not None
    with (
        pretending() as watch,
        mock.patch.object(Bags, "of", return_value=(STRAY[:17], STRAY[1:17])),
        pytest.raises(WrongDevice),
    ):
        taken(assembled(setup), watch)


def test_a_wait_while_gradients_are_taken_is_found() -> None:
    forward = Mlp.build

    def waits(gradient: Tensor) -> None:
        gradient.sum().item()

    def hooked(*given: Any) -> None:
        if given[2].requires_grad:
            given[2].register_hook(waits)

    def built(self: Mlp, image: Any) -> Any:
        made = forward(self, image)
        made.register_forward_hook(hooked)
        return made

    setup = every.on(Mlp(), Softmax())
    assert setup is not None
    with pretending() as watch, mock.patch.object(Mlp, "build", built), pytest.raises(Waited):
        taken(assembled(setup), watch)


def test_what_is_made_of_numbers_of_the_host_is_counted() -> None:
    with pretending() as watch:
        zeros = torch.zeros(3, device=DEVICE)
        assert (watch.waits, watch.uploads) == (0, 0)
        zeros.new_tensor([1.0, 2.0])
        torch.from_numpy(np.zeros(2)).float().to(DEVICE)
        assert (watch.waits, watch.uploads) == (0, 2)
        assert zeros.cpu().tolist() == [1.0, 1.0, 1.0]
        assert watch.waits == 1


def test_a_longer_run_copies_no_more_either_way() -> None:
    """Not even where a run on the CPU would look at what came out."""
    for model in (of_model("lstm"), of_model("mlp"), of_model("transformer")):
        copies = []
        for steps in (1, 2):
            setup = every.on(model, Hebbian(), steps=steps, evaluate_every=steps)
            assert setup is not None
            with pretending() as watch, mock.patch("hebbdsl.run.language.run._MOST_ON_CPU", 1):
                run = begin(assembled(setup))
                before = watch.waits, watch.uploads
                advance(run, Silent())
                copies.append((watch.waits - before[0], watch.uploads - before[1]))
        assert copies[0] == copies[1]
