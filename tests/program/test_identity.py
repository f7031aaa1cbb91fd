"""What makes two runs the same run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.program import identity as module
from hebbdsl.program.identity import evaluation_identity, identity
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.experiment import Evaluation
from tests import tiny

DATA = "f" * 64


def test_where_data_is_found_takes_no_part() -> None:
    setup = tiny.setup()
    assert isinstance(setup.data, Omniglot)
    elsewhere = replace(setup.data, fallback=Glyphs(), addresses=("https://example.org/x",))
    assert identity(replace(setup, data=elsewhere), 0, DATA) == identity(setup, 0, DATA)


def test_fields_added_later_leave_the_runs_that_lack_them_what_they_were() -> None:
    """Digests of runs that were recorded before the data sets had `validation_drawings`."""
    assert [identity(of, 0, DATA) for of in (tiny.setup(), tiny.setup(tiny.HEBBIAN))] == [
        "2cb56f866f5fc10b02b26fc849eaeee3dd07130926fa49ced09701bb99da452d",
        "c0af18148c796751130862a17392574264beb1b23309b732e94fc463e3f0f9ae",
    ]
    written = plain(tiny.setup())["data"]["omniglot"]
    deciding = plain(tiny.setup(), deciding_only=True)["data"]["omniglot"]
    assert (written["validation_drawings"], "validation_drawings" in deciding) == (0, False)


def test_a_part_that_means_something_else_now_changes_the_runs_that_have_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hidden = Mixture(experts=(Softmax(), Mixture(experts=(SampledSoftmax(),))))
    setups = [tiny.setup(output) for output in (Softmax(), tiny.HEBBIAN, SampledSoftmax(), hidden)]
    added = [Mixture(experts=(Trained(), one)) for one in (Cache(), Nearest())]
    evaluations = [Evaluation(output=output) for output in added]

    def found() -> tuple[list[str], list[str]]:
        trained = [identity(setup, 0, DATA) for setup in setups]
        return trained, [evaluation_identity(DATA, one) for one in evaluations]

    assert [Softmax().semantics, SampledSoftmax().semantics] == [1, 2]
    trained, tested = found()
    monkeypatch.setattr(SampledSoftmax, "semantics", 1)
    monkeypatch.setattr(Nearest, "semantics", 2)
    now_trained, now_tested = found()
    assert [a == b for a, b in zip(trained, now_trained, strict=True)] == [True] * 2 + [False] * 2
    assert [a == b for a, b in zip(tested, now_tested, strict=True)] == [True, False]
    # What is added at test time is no part of what was trained.
    late = replace(setups[0], evaluation=evaluations[1])
    assert identity(late, 0, DATA) == trained[0]


def test_all_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    setup = tiny.setup(tiny.HEBBIAN)
    known = {
        identity(setup, 0, DATA),
        identity(setup, 1, DATA),
        identity(setup, 0, "e" * 64),
        identity(tiny.with_dropout(setup, 0.1), 0, DATA),
        identity(tiny.setup(replace(tiny.HEBBIAN, T=499)), 0, DATA),
        identity(tiny.setup(tiny.HEBBIAN, steps=61), 0, DATA),
        identity(tiny.setup(tiny.HEBBIAN, float32_matmul_precision="high"), 0, DATA),
        identity(tiny.setup(tiny.HEBBIAN, cudnn_benchmark=True), 0, DATA),
        identity(replace(setup, data=replace(setup.data, image_size=9)), 0, DATA),
        identity(replace(setup, data=Glyphs(classes=12, image_size=8)), 0, DATA),
        identity(replace(setup, data=replace(setup.data, validation_drawings=1)), 0, DATA),
    }
    monkeypatch.setattr(module, "SEMANTICS", module.SEMANTICS + 1)
    known.add(identity(setup, 0, DATA))
    assert len(known) == 12
