"""A step on words beside the same step left to autograd; what is carried from window to window."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.transformer.spec import Transformer
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.module import HebbianLayer
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.hebbian.write import Bags, write
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output
from hebbdsl.parts.schedules.cosine import Cosine
from hebbdsl.program.language.program import LanguageProgram
from hebbdsl.program.randomness import torch_generator
from tests.words import HEBBIAN, program, setup

MODELS = [
    Lstm(hidden=(12,), embedding=12, dropout=0.3, input_dropout=0.2, embedding_dropout=0.1),
    Lstm(hidden=(8, 10), embedding=6, features=6, tied=True, weight_drop=0.2, locked_dropout=True),
    Gru(hidden=(12,), embedding=12, tied=True, dropout=0.5),
    Transformer(
        d_model=12, num_heads=2, num_layers=1, dim_feedforward=16, context_length=9, tied=True
    ),
]


def trained(made: LanguageProgram, first: int, count: int, state: Any = None) -> tuple[Any, Tensor]:
    statistics = torch.empty(count, len(made.update.statistic_names))
    state = made.start(made.train_streams.streams) if state is None else state
    return made.train(first, state, statistics, 1.0), statistics


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("output", [Softmax(), Softmax(bias=False)])
def test_a_step_is_what_autograd_makes_of_it(model: LanguageModel, output: Output) -> None:
    """The embedding looked up in the graph, and one backward pass through all of it."""
    ours, slow = (program(setup(model=model, output=output)) for _ in range(2))
    state = slow.start(5)
    for step in range(3):
        words, following = next(slow.train_streams.read(step, 1, slow.device))
        masks = slow.model.masks(torch_generator(0, "dropout", step), 5, len(words))
        h, state = slow.model(words, slow.output.class_rows() if model.tied else None, state, masks)
        h = h if masks.output is None else h * masks.output
        found = slow.output.loss(h.flatten(0, 1), following.flatten(), 30)
        slow.optimizer.zero_grad()
        found.backward()
        slow.optimizer.step()
        state = tuple(one.detach() for one in state)
    _, statistics = trained(ours, 0, 3)
    assert float(statistics[2, 0]) == pytest.approx(float(found.detach()), rel=1e-5)
    for name, weights in ours.weights().items():
        torch.testing.assert_close(weights, slow.weights()[name], rtol=1e-4, atol=1e-6)


def test_training_is_a_function_of_the_step_however_it_is_cut() -> None:
    whole, cut = program(), program()
    windows = whole.train_streams.windows
    trained(whole, 0, windows + 4)
    state, _ = trained(cut, 0, 5)
    state, _ = trained(cut, 5, windows - 3, state)
    trained(cut, windows + 2, 2, state)
    for name, weights in whole.weights().items():
        assert torch.equal(weights, cut.weights()[name])


def test_the_state_is_carried_on_and_begun_anew_with_the_text() -> None:
    made = program()
    windows = made.train_streams.windows
    after, _ = trained(made, 0, 3)
    other = tuple(one + 1 for one in after)
    rows = [trained(program(), 3, 1, state)[1][0, 0] for state in (after, other)]
    assert rows[0] != rows[1], "what is carried on matters"
    rows = [trained(program(), windows, 1, state)[1][0, 0] for state in (after, other)]
    assert rows[0] == rows[1], "an epoch begins with nothing known"


def test_no_gradient_is_carried_on() -> None:
    state, _ = trained(program(), 0, 1)
    assert all(not one.requires_grad and one.grad_fn is None for one in state)


@pytest.mark.parametrize(
    "output",
    [
        Softmax(),
        HEBBIAN,
        Mixture(experts=(Softmax(), Cache(size=50))),
        Mixture(experts=(Softmax(), Nearest(neighbours=50))),
        Hebbian(T=5),
    ],
)
def test_every_output_learns_words(output: Output) -> None:
    made = program(setup(output=output))
    _, statistics = trained(made, 0, 80)
    assert statistics[-10:, 0].mean() < statistics[:10, 0].mean() - 0.3


@pytest.mark.parametrize("tied", [True, False])
def test_writing_reaches_the_row_and_the_embedding_where_they_are_one(tied: bool) -> None:
    made = program(setup(model=Lstm(hidden=(12,), embedding=12, tied=tied)))
    rows = made.output.class_rows()
    assert rows is not None
    before = rows.detach().clone()
    trained(made, 0, 1)
    words = next(made.train_streams.read(0, 1, made.device))[1]
    assert (rows[words.unique()] != before[words.unique()]).any()
    looked_up = made.model.look_up(words, rows if tied else None)
    assert torch.equal(looked_up, F.embedding(words, rows)) is tied


SWITCHES: list[Any] = [
    {},
    {"count_timing": "after", "gamma": 0.5},
    {"rate": "running_mean"},
    {"rescale": "row"},
    {"rescale": "mean_row", "strength": 0.3},
    {"center": "running", "rescale": "row"},
    {"activations": "dropped_out"},
    {"moments": "clear", "T": 2},
    {"T": 0},
    {"T": 1},
    {"start": 1},
]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_every_switch_writes_what_it_says_whatever_the_model(
    model: LanguageModel, tied: bool, switches: Any
) -> None:
    """Softmax's own step, then the write into its rows; nothing else differs."""
    model, rule = replace(model, tied=tied), Hebbian(**switches)
    plain, ours = (
        program(setup(model=model, output=Softmax())),
        program(setup(model=model, output=rule)),
    )
    words, following = next(plain.train_streams.read(0, 1, plain.device))
    masks = plain.model.masks(torch_generator(0, "dropout", 0), 5, len(words))
    rows = plain.output.class_rows()
    assert rows is not None
    with torch.no_grad():
        clean, _ = plain.model(words, rows if tied else None, plain.start(5), masks)
    h = clean if masks.output is None else clean * masks.output
    for made in (plain, ours):
        trained(made, 0, 1)
    written = (h if rule.activations == "dropped_out" else clean).flatten(0, 1)
    labels, counters = following.flatten(), torch.ones(30, 1, dtype=torch.int64)
    mean = written.mean(0) if rule.center == "running" else None
    expected = write(rule, rows, counters, written, labels, 30, mean, Bags())
    theirs, mine = plain.weights(), ours.weights()
    if rule.T > 1 and not rule.start:
        theirs["output.rows"][expected.labels] = expected.rows
    for name, value in theirs.items():
        torch.testing.assert_close(mine[name], value, rtol=1e-5, atol=1e-6)
    assert torch.equal(mine["output.counters"][:, 0] - 1, torch.bincount(labels, minlength=30))


class Waits(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.found = list[str]()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if any(name in str(func) for name in ("_local_scalar_dense", "nonzero", "unique")):
            self.found.append(str(func))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("output", [Softmax(), HEBBIAN])
def test_the_step_never_waits_for_the_device(output: Output) -> None:
    made = program(setup(output=output, clip_grad_norm=0.25, model=MODELS[0]))
    made.optimizer.step = lambda: None  # type: ignore[method-assign, assignment]
    with Waits() as seen:
        trained(made, 0, 3)
    assert not seen.found


def test_a_clipped_gradient_has_the_norm_asked_for() -> None:
    made = program(setup(clip_grad_norm=1e-3))
    norms = list[Tensor]()

    def look() -> None:
        grads = [p.grad for group in made.optimizer.param_groups for p in group["params"]]
        norms.append(torch.linalg.vector_norm(torch.cat([g.flatten() for g in grads])))

    made.optimizer.step = look  # type: ignore[method-assign, assignment]
    trained(made, 0, 2)
    torch.testing.assert_close(torch.stack(norms), torch.full((2,), 1e-3), rtol=1e-3, atol=0)


def test_bfloat16_is_near() -> None:
    exact, low = program(), program(setup(precision="bfloat16"))
    _, one = trained(exact, 0, 10)
    _, other = trained(low, 0, 10)
    assert other.dtype is torch.float32
    torch.testing.assert_close(one[:, 0], other[:, 0], rtol=0.02, atol=0)
    assert not torch.equal(one, other)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_compiled_words_agree_and_make_no_new_graph_as_the_run_goes_on(dropout: float) -> None:
    """One graph for whole windows and the last, shorter one, whatever the rates and γ and T."""
    output = Hebbian(center="running", rescale="row")
    of = setup(model=replace(MODELS[3], dropout=dropout), output=output, schedule=Cosine())
    plain, fast = program(of), program(replace(of, training=replace(of.training, compile=True)))
    windows = plain.train_streams.windows
    torch.compiler.reset()
    torch._dynamo.utils.counters.clear()
    _, one = trained(plain, 0, windows + 3)
    _, other = trained(fast, 0, windows + 3)
    graphs = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    torch.testing.assert_close(one[:, 0], other[:, 0], rtol=1e-4, atol=0)
    assert isinstance(fast.output, HebbianLayer)
    fast.output.rule = replace(output, gamma=0.3, T=7)
    trained(fast, windows + 3, 2 * windows)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == graphs == 1
    torch.compiler.reset()
