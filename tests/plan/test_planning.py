"""The plan's numbers against torch's, and against arithmetic on paper."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.expression.condition import Condition
from hebbdsl.expression.nodes import Compare, MetricOf, Number
from hebbdsl.parts.curricula.fixed import Fixed
from hebbdsl.parts.curricula.growing import Growing
from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.models.convnet.spec import Convnet
from hebbdsl.parts.models.mlp.spec import Mlp
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.plan.planning import plan_setup
from hebbdsl.spec.experiment import Setup, Training

WHEN = Condition("test_accuracy >= 0.6", Compare(">=", MetricOf("test_accuracy"), Number(0.6)))

SETUPS = st.builds(
    Setup,
    data=st.builds(Glyphs, classes=st.integers(30, 900), image_size=st.integers(16, 40)),
    model=st.one_of(
        st.builds(Convnet, channels=st.just((8, 9)), features=st.integers(1, 80)),
        st.builds(Mlp, hidden=st.just((12,)), features=st.integers(1, 80)),
    ),
    output=st.sampled_from(
        [
            Softmax(),
            Hebbian(center="running"),
            Cache(size=50),
            Mixture(experts=(Hebbian(), Cache(size=9)), weights="learned"),
        ]
    ),
    curriculum=st.sampled_from([Fixed(), Growing(start=30, add=10, when=WHEN)]),
    training=st.builds(
        Training,
        optimizer=st.sampled_from([Adam(), Sgd(), Sgd(momentum=0.9)]),
        steps=st.integers(1, 500),
    ),
)


@given(setup=SETUPS)
@settings(max_examples=60)
def test_plan_holds_what_torch_will(setup: Setup) -> None:
    torch = pytest.importorskip("torch")
    plan = plan_setup(setup)
    with torch.device("meta"):
        model = setup.model.build(plan.facts.shape)
        output = setup.output.build(setup.model.features, plan.facts.classes)
    modules = torch.nn.ModuleList([model, output])
    assert plan.parameters == sum(p.numel() for p in modules.parameters())
    assert plan.memory.weights == sum(p.nbytes for p in modules.parameters())
    assert plan.memory.gradients == plan.memory.weights
    remembered = setup.training.optimizer.state_per_parameter
    assert plan.memory.optimizer == remembered * plan.memory.weights
    assert plan.memory.buffers == sum(b.nbytes for b in modules.buffers())
    assert plan.counters in {0, plan.facts.classes}
    assert plan.memory.data == plan.facts.classes * 20 * plan.facts.shape[1] ** 2
    assert plan.levels[-1] == plan.facts.classes


def test_the_papers_setting_on_paper() -> None:
    setup = Setup(
        data=Omniglot(classes=200),
        model=Convnet(channels=(32, 32, 32, 32), features=64),
        output=Hebbian(rescale="mean_row"),
        curriculum=Growing(start=30, add=10, when=WHEN),
        training=Training(optimizer=Adam(), steps=2_000, evaluate_every=30),
    )
    plan = plan_setup(setup)
    blocks = (9 * 32 + 64) + 3 * (9 * 32 * 32 + 64)
    assert plan.parameters == blocks + 65 * 64 + 65 * 200 - 32 * 64
    assert [layer.shape for layer in plan.layers] == [
        (32, 14, 14),
        (32, 7, 7),
        (32, 3, 3),
        (32, 1, 1),
        (64,),
        (200,),
    ]
    assert plan.counters == 200
    assert plan.levels == tuple(range(30, 201, 10))
    assert plan.evaluations == 67
    assert plan.memory.data == 200 * 20 * 28 * 28
    assert plan.memory.buffers == (200 + 1) * 8 + 4 * 2 * 32 * 4
    memory = plan.memory
    assert memory.total == 4 * 4 * plan.parameters + memory.buffers + memory.data


def test_planning_never_loads_torch() -> None:
    program = (
        "import sys, hebbdsl.plan.planning, hebbdsl.plan.checks, hebbdsl.vocabulary\n"
        "heavy = {'torch', 'numpy', 'PIL', 'matplotlib', 'rich', 'lark', 'jsonschema'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_summary_says_only_what_there_is() -> None:
    whole = Setup(
        data=Omniglot(fallback=Glyphs()),
        model=Mlp(),
        output=Softmax(),
        curriculum=Growing(start=10, add=10, when=WHEN),
        training=Training(optimizer=Adam(), batch_size=8, steps=9),
    )
    plan = plan_setup(whole)
    said = "\n".join(text for _, text in plan.summary())
    assert "when it can't be had, glyphs" in said
    assert "passed when test_accuracy >= 0.6" in said
    bare = plan_setup(replace(whole, data=Glyphs(), curriculum=Fixed()))
    said = "\n".join(text for _, text in bare.summary())
    assert "can't be had" not in said
    assert "passed when" not in said
    assert plan.task is bare.task is Glyphs.task
