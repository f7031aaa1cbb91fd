"""Word models as they come, and what tests do with all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.language_model import LanguageModel
from hebbdsl.parts.models.language_network import LanguageNetwork, Masks, State
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.transformer.spec import Transformer

WORDS = 11
WORD_MODELS: tuple[type[LanguageModel], ...] = (Lstm, Gru, Transformer)

_SHARE = st.sampled_from([0.0, 0.3, 0.6])
_WIDTH = st.integers(1, 9)

_ANY: dict[str, st.SearchStrategy[Any]] = {
    "features": st.none() | _WIDTH,
    "embedding": st.none() | _WIDTH,
    "embedding_dropout": _SHARE,
    "input_dropout": _SHARE,
    "hidden_dropout": _SHARE,
    "dropout": _SHARE,
    "locked_dropout": st.booleans(),
    "weight_range": st.none() | st.sampled_from([0.05, 0.5]),
}
_RECURRENT: dict[str, st.SearchStrategy[Any]] = {
    **_ANY,
    "hidden": st.lists(_WIDTH, min_size=1, max_size=3).map(tuple),
    "weight_drop": _SHARE,
    "forget_bias": st.none() | st.sampled_from([-1.0, 0.0, 1.0]),
}


@st.composite
def _transformers(draw: st.DrawFn) -> Transformer:
    heads = draw(st.integers(1, 3))
    return Transformer(
        **{name: draw(values) for name, values in _ANY.items()},
        num_heads=heads,
        d_model=2 * heads * draw(st.integers(1, 3)),
        num_layers=draw(st.integers(1, 3)),
        dim_feedforward=draw(st.none() | _WIDTH),
        context_length=draw(st.integers(1, 6)),
    )


@st.composite
def _tied_or_not(draw: st.DrawFn, specs: st.SearchStrategy[LanguageModel]) -> LanguageModel:
    spec = draw(specs)
    same = spec.embedding_width == spec.activation_width
    return replace(spec, tied=same and draw(st.booleans()))


RECURRENT = _tied_or_not(st.builds(Lstm, **_RECURRENT) | st.builds(Gru, **_RECURRENT))
SPECS = RECURRENT | _tied_or_not(_transformers())


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def built(
    spec: LanguageModel, dtype: torch.dtype = torch.float64, seed: int = 0
) -> LanguageNetwork:
    network = spec.build(WORDS)
    network.initialise(generator(seed))
    return network.to(dtype)


def rows_for(spec: LanguageModel, dtype: torch.dtype = torch.float64) -> Tensor | None:
    """Rows of an output, where the model reads them."""
    if not spec.tied:
        return None
    return torch.randn(WORDS, spec.activation_width, generator=generator(7), dtype=dtype)


def texts(time: int, batch: int, seed: int = 3) -> Tensor:
    return torch.randint(WORDS, (time, batch), generator=generator(seed))


def some_state(network: LanguageNetwork, batch: int) -> State:
    """What a few words of a text leave."""
    rows = rows_for(network.spec, next(network.parameters()).dtype)
    with torch.no_grad():
        return network(texts(3, batch, 9), rows, network.start(batch, "cpu"))[1]


def window(masks: Masks, first: int, last: int) -> Masks:
    """The masks of a part of a window."""

    def cut(factors: Tensor | None) -> Tensor | None:
        return factors if factors is None or len(factors) == 1 else factors[first:last]

    return replace(
        masks,
        input=cut(masks.input),
        hidden=tuple(f if len(f) == 1 else f[first:last] for f in masks.hidden),
        output=cut(masks.output),
    )


def in_double(masks: Masks) -> Masks:
    """The same factors, exactly, in float64."""

    def wide(factors: Tensor | None) -> Tensor | None:
        return None if factors is None else factors.double()

    return Masks(
        words=wide(masks.words),
        input=wide(masks.input),
        hidden=tuple(f.double() for f in masks.hidden),
        weights=tuple(f.double() for f in masks.weights),
        output=wide(masks.output),
    )
