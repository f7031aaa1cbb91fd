"""Counted twice: what the plan says of an output, and what its module holds."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hebbdsl.parts.outputs.adaptive_softmax.spec import AdaptiveSoftmax
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.part import Output

SINGLE = st.one_of(
    st.builds(Softmax, bias=st.booleans()),
    st.builds(Hebbian, bias=st.booleans(), center=st.sampled_from(["none", "running"])),
    st.builds(Cache, size=st.integers(1, 10**6)),
    st.builds(Nearest, kernel=st.sampled_from(["squared_distance", "dot"])),
    st.builds(SampledSoftmax, bias=st.booleans()),
    st.builds(
        MixtureOfSoftmaxes,
        components=st.integers(1, 20),
        width=st.one_of(st.none(), st.integers(1, 99)),
        bias=st.booleans(),
    ),
    st.builds(AdaptiveSoftmax, cutoffs=st.sampled_from([(1,), (10, 300), (2_000, 9_000, 10_000)])),
)


def mixed(experts: st.SearchStrategy[Output]) -> st.SearchStrategy[Output]:
    return st.builds(
        Mixture,
        experts=st.lists(experts, min_size=1, max_size=4).map(tuple),
        weights=st.sampled_from(["equal", "learned", "entropy"]),
    )


OUTPUTS = st.recursive(SINGLE, mixed, max_leaves=6)


@given(spec=OUTPUTS, hidden=st.integers(1, 300), classes=st.integers(1, 5_000))
@settings(max_examples=100)
def test_planned_sizes_are_those_of_the_module(spec: Output, hidden: int, classes: int) -> None:
    layers = spec.layers(hidden, classes)
    with torch.device("meta"):
        module = spec.build(hidden, classes)
    assert sum(layer.parameters for layer in layers) == sum(p.numel() for p in module.parameters())
    assert sum(layer.buffer_bytes for layer in layers) == sum(
        b.numel() * b.element_size() for b in module.buffers()
    )
    assert sum(layer.counters for layer in layers) == sum(
        b.numel() for name, b in module.named_buffers() if name.endswith("counters")
    )
    assert len({layer.name for layer in layers}) == len(layers)
    constants = {name for name, _ in module.named_buffers() if name.split(".")[-1] == "one"}
    assert set(module.state_dict()) | constants == {
        name for name, _ in (*module.named_parameters(), *module.named_buffers())
    }
