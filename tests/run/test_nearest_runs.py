"""Runs whose memory grows: trained, saved, and evaluated again."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import exp, log
from pathlib import Path
from typing import Literal

import pytest
import torch
from safetensors.torch import load_file

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.parts.part import Output
from hebbdsl.parts.reporter import Quiet
from hebbdsl.program.classification.batches import InPlay
from hebbdsl.program.classification.evaluation import accuracy_by_class
from hebbdsl.program.language.evaluation import score
from hebbdsl.program.program import Program
from hebbdsl.run.evaluating import evaluate
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.experiment import Evaluation
from tests import tiny, words
from tests.parts.outputs.test_nearest import slow_probabilities

NESTED = Mixture(
    experts=(Mixture(experts=(Softmax(), Nearest(neighbours=9)), weights="learned"), Nearest()),
    weights=(0.6, 0.4),
)
TUNED = Mixture(
    experts=(Trained(), Mixture(experts=(Nearest(theta="tuned", neighbours=30), Nearest()))),
    weights="tuned",
)


def ran(made: Program, out: Path) -> Record:
    folder = RunFolder.of(out, made.experiment, made.variant, made.seed, made.identity)
    with folder.locked():
        return execute(made, folder, Silent())


@pytest.mark.parametrize("output", [Nearest(theta=0.3), NESTED], ids=["alone", "nested"])
def test_pictures_are_remembered_step_by_step_and_saved(output: Output, tmp_path: Path) -> None:
    made = tiny.program(tiny.setup(output))
    record = ran(made, tmp_path)
    assert record.status == "finished"
    assert record.folder is not None
    found = load_file(record.folder / "weights.safetensors")
    held = [name for name in found if name.endswith("memory.labels")]
    assert len(held) == (1 if isinstance(output, Nearest) else 2)
    for name in held:
        assert found[name].shape == (1, 16 * record.steps)
    again = tiny.program(made.setup)
    RunFolder(record.folder).load_weights(again)
    assert all(torch.equal(value, again.state()[name]) for name, value in made.state().items())
    first = accuracy_by_class(made, range(12), 12)
    for program in (again, made):  # evaluating writes nothing
        assert accuracy_by_class(program, range(12), 12)["test"].tolist() == first["test"].tolist()
    accuracy = record.metrics["final_test_accuracy"].value
    assert accuracy > 0.5
    evaluated = replace(made.setup, evaluation=Evaluation(output=Mixture(experts=(Trained(),))))
    fresh = tiny.program(evaluated)
    other = evaluate(fresh, record, RunFolder(tmp_path / "as_trained"), Quiet(), Silent())
    assert other.metrics["final_test_accuracy"].value == pytest.approx(accuracy)


def test_weights_of_another_model_are_not_taken(tmp_path: Path) -> None:
    record = ran(tiny.program(tiny.setup(Nearest())), tmp_path)
    assert record.folder is not None
    for other in (Mixture(experts=(Nearest(),)), Softmax()):
        with pytest.raises(Rejected) as caught:
            RunFolder(record.folder).load_weights(tiny.program(tiny.setup(other)))
        assert [problem.code for problem in caught.value.problems] == ["HEB534"]


def test_on_pictures_the_training_drawings_are_remembered_and_settings_tuned(
    tmp_path: Path,
) -> None:
    setup = tiny.setup()
    setup = replace(setup, data=replace(setup.data, validation_drawings=3))
    record = ran(tiny.program(setup), tmp_path)
    evaluated = replace(setup, evaluation=Evaluation(output=TUNED))
    other = evaluate(
        tiny.program(evaluated), record, RunFolder(tmp_path / "tuned"), Quiet(), Silent()
    )
    assert other.evaluation is not None
    assert other.evaluation["reads_labels"] is False
    assert other.environment["neighbours"] == "exact search"
    assert "neighbours" not in record.environment
    assert set(other.evaluation["tuned"]) == {"weights", "experts.1.experts.0.theta"}
    assert other.metrics["final_test_accuracy"].value > 0.5


def test_words_are_remembered_and_the_best_weights_have_their_own_length(tmp_path: Path) -> None:
    output = Mixture(experts=(Softmax(), Nearest(neighbours=50)))
    # The validation text is one word that train lacks, and the longer one trains the less likely
    # it is: the first evaluation is the best, long before the memory's last pair.
    setup = words.setup(output=output, epochs=None, steps=60, evaluate_every=20)
    text, absent = words.content(), words.WORDS - 1
    text.splits["train"][text.splits["train"] == absent] = 0
    text.splits["validation"][:] = absent
    made = words.program(setup, text=text)
    record = ran(made, tmp_path)
    assert record.folder is not None
    best = record.metrics["best_validation_step"].value
    assert best == 20
    found = load_file(record.folder / "weights.safetensors")
    assert found["output.experts.1.memory.labels"].shape == (1, 5 * 7 * best)
    evaluated = replace(made.setup, evaluation=Evaluation(output=Mixture(experts=(Trained(),))))
    folder = RunFolder(tmp_path / "as_trained")
    other = evaluate(words.program(evaluated, text=text), record, folder, Quiet(), Silent())
    for name in ("validation_perplexity", "test_perplexity"):
        assert other.metrics[name].value == pytest.approx(record.metrics[name].value, rel=1e-5)


def test_on_text_settings_are_tuned_without_searching_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = words.setup(output=Softmax())
    record = ran(words.program(setup), tmp_path)
    tuned = Mixture(experts=(Trained(), Nearest(theta="tuned", neighbours=20)), weights="tuned")
    evaluated = replace(setup, evaluation=Evaluation(output=tuned))
    kept = evaluate(
        words.program(evaluated), record, RunFolder(tmp_path / "kept"), Quiet(), Silent()
    )
    monkeypatch.setattr("hebbdsl.parts.outputs.nearest.kept.MOST_KEPT", 9)
    again = evaluate(
        words.program(evaluated), record, RunFolder(tmp_path / "again"), Quiet(), Silent()
    )
    assert kept.evaluation is not None
    assert again.evaluation is not None
    assert kept.evaluation["reads_labels"] is True
    assert kept.evaluation["tuned"]["experts.1.theta"] == pytest.approx(
        again.evaluation["tuned"]["experts.1.theta"]
    )
    for name in ("validation_perplexity", "test_perplexity"):
        own = kept.metrics[name].value
        assert own == pytest.approx(again.metrics[name].value, rel=1e-5)
        assert own < record.metrics[name].value
    fixed = Nearest(theta=kept.evaluation["tuned"]["experts.1.theta"], neighbours=20)
    by_hand = Mixture(
        experts=(Trained(), fixed), weights=tuple(kept.evaluation["tuned"]["weights"])
    )
    evaluated = replace(setup, evaluation=Evaluation(output=by_hand))
    other = evaluate(
        words.program(evaluated), record, RunFolder(tmp_path / "fixed"), Quiet(), Silent()
    )
    assert other.metrics["test_perplexity"].value == pytest.approx(
        kept.metrics["test_perplexity"].value, rel=1e-5
    )


@pytest.mark.parametrize("kernel", ["squared_distance", "dot"])
def test_a_held_out_text_is_asked_of_the_train_text_word_by_word(
    kernel: Literal["squared_distance", "dot"], tmp_path: Path
) -> None:
    setup = words.setup(output=Softmax(), epochs=1)
    record = ran(words.program(setup), tmp_path)
    spec = Nearest(datastore="train", theta=0.4, neighbours=2_000, kernel=kernel)
    program = words.program(replace(setup, evaluation=Evaluation(output=spec)))
    folder, recorder = RunFolder(tmp_path / "asked"), Recorder()
    other = evaluate(program, record, folder, recorder, Silent())
    # 5 streams, whose first words are given
    assert recorder.reports == [("the train text", 1_495, 1_495)]
    assert other.evaluation is not None
    assert other.evaluation["reads_labels"] is False

    def read(split: str, streams: int) -> list[tuple[list[float], int]]:
        """Activations with the words that follow, each word a step of its own."""
        tokens, pairs = program.content.splits[split], list[tuple[list[float], int]]()
        for stream in torch.from_numpy(tokens.astype("int64")).view(streams, -1)[:, :, None, None]:
            state = program.start(1)
            for word, following in pairwise(stream):
                with torch.no_grad():
                    h, state = program.step.read(word, state)
                pairs.append((h[0].tolist(), int(following)))
        return pairs

    kept, losses = read("train", 5), []
    for h, label in read("test", 1):
        losses.append(-log(slow_probabilities(spec, kept, h, words.WORDS)[label]))
    expected = exp(sum(losses) / len(losses))
    assert other.metrics["test_perplexity"].value == pytest.approx(expected, rel=1e-5)


def test_trained_on_it_is_asked_of_what_was_trained_on(tmp_path: Path) -> None:
    """Without `evaluation` the memory is that of the batches, which held-out texts leave alone."""
    output = Mixture(experts=(Softmax(), Nearest(datastore="train", neighbours=50)))
    made = words.program(words.setup(output=output, epochs=1))
    record = ran(made, tmp_path)
    assert record.folder is not None
    found = load_file(record.folder / "weights.safetensors")
    pairs = found["output.experts.1.memory.labels"].shape[1]
    assert 1_400 < pairs < 1_500
    before = {name: value.clone() for name, value in made.state().items()}
    first = score(made, "test", 1)
    assert score(made, "test", 1).sums.tolist() == first.sums.tolist()
    assert all(torch.equal(value, made.state()[name]) for name, value in before.items())


class Recorder(Quiet):
    """Keeps what it was last told of each piece of work."""

    def __init__(self) -> None:
        self.reports = list[tuple[str, int, int | None]]()

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        assert unit == "words"
        self.reports.append((what, done, total))


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")  # the compiler's own look
def test_a_compiled_step_learns_as_one_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory's length differs in every step: it is left out of the graph, which is one."""
    graphs = list[torch.fx.GraphModule]()

    def backend(graph: torch.fx.GraphModule, _inputs: list[torch.Tensor]) -> torch.fx.GraphModule:
        graphs.append(graph)
        return graph

    compile_it = torch.compile
    monkeypatch.setattr(torch, "compile", lambda compute: compile_it(compute, backend=backend))

    def losses(compiled: bool) -> list[float]:
        output = Mixture(experts=(Softmax(), Nearest(neighbours=20)))
        made = tiny.program(tiny.setup(output, compile=compiled))
        statistics, play = (
            torch.empty(6, len(made.update.statistic_names)),
            InPlay(classes=12, newest=8),
        )
        made.train(0, made.draw(0, 3, play), play, statistics[:3])
        made.train(3, made.draw(3, 3, play), play, statistics[3:])
        found: list[float] = statistics[:, 0].tolist()
        counted.append(len(graphs))
        return found

    counted = list[int]()
    assert losses(True) == pytest.approx(losses(False), rel=1e-5)
    assert 0 < counted[0] <= 6


def test_records_say_that_an_index_found_the_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faiss = pytest.importorskip("faiss")
    monkeypatch.setattr("hebbdsl.parts.outputs.nearest.datastore.FEWEST_INDEXED", 40)
    monkeypatch.setattr("hebbdsl.parts.outputs.nearest.datastore.STRETCH", 40)
    monkeypatch.setattr("hebbdsl.program.language.evaluation.BLOCK", 16)
    said = f"faiss {faiss.__version__}"
    trained = ran(tiny.program(tiny.setup(Nearest(search="faiss"))), tmp_path)
    assert trained.environment["neighbours"] == said
    record = ran(words.program(words.setup(output=Softmax())), tmp_path)
    output = Mixture(experts=(Trained(), Nearest(search="faiss")))
    evaluated = replace(words.setup(output=Softmax()), evaluation=Evaluation(output=output))
    folder = RunFolder(tmp_path / "indexed")
    other = evaluate(words.program(evaluated), record, folder, Quiet(), Silent())
    assert other.environment["neighbours"] == said
