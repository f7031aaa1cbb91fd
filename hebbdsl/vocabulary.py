"""Every word of the language: kind -> word -> "module:Class". No other module knows concrete parts.

A class is imported when its word is used, so that a command loads only what its spec names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from hebbdsl.parts.part import (
    Adaptation,
    Curriculum,
    Dataset,
    Model,
    Optimizer,
    Output,
    Part,
    Schedule,
)

VOCABULARY: Mapping[type[Part], Mapping[str, str]] = {
    Dataset: {
        "omniglot": "hebbdsl.parts.datasets.omniglot:Omniglot",
        "glyphs": "hebbdsl.parts.datasets.glyphs:Glyphs",
        "wikitext": "hebbdsl.parts.datasets.wikitext:Wikitext",
        "gutenberg": "hebbdsl.parts.datasets.gutenberg:Gutenberg",
        "gigaword": "hebbdsl.parts.datasets.gigaword:Gigaword",
        "text": "hebbdsl.parts.datasets.text:Text",
        "stdlib_docs": "hebbdsl.parts.datasets.stdlib_docs:StdlibDocs",
    },
    Model: {
        "convnet": "hebbdsl.parts.models.convnet.spec:Convnet",
        "mlp": "hebbdsl.parts.models.mlp.spec:Mlp",
        "lstm": "hebbdsl.parts.models.lstm.spec:Lstm",
        "gru": "hebbdsl.parts.models.gru.spec:Gru",
        "transformer": "hebbdsl.parts.models.transformer.spec:Transformer",
    },
    Output: {
        "softmax": "hebbdsl.parts.outputs.softmax.spec:Softmax",
        "hebbian": "hebbdsl.parts.outputs.hebbian.spec:Hebbian",
        "cache": "hebbdsl.parts.outputs.cache.spec:Cache",
        "nearest": "hebbdsl.parts.outputs.nearest.spec:Nearest",
        "mixture": "hebbdsl.parts.outputs.mixture.spec:Mixture",
        "mixture_of_softmaxes": (
            "hebbdsl.parts.outputs.mixture_of_softmaxes.spec:MixtureOfSoftmaxes"
        ),
        "adaptive_softmax": "hebbdsl.parts.outputs.adaptive_softmax.spec:AdaptiveSoftmax",
        "sampled_softmax": "hebbdsl.parts.outputs.sampled_softmax.spec:SampledSoftmax",
        "trained": "hebbdsl.parts.outputs.trained.spec:Trained",
    },
    Adaptation: {
        "dynamic_evaluation": "hebbdsl.parts.adaptations.dynamic_evaluation.spec:DynamicEvaluation",
        "mbpa": "hebbdsl.parts.adaptations.mbpa.spec:Mbpa",
    },
    Curriculum: {
        "fixed": "hebbdsl.parts.curricula.fixed:Fixed",
        "growing": "hebbdsl.parts.curricula.growing:Growing",
    },
    Optimizer: {
        "adam": "hebbdsl.parts.optimizers.adam:Adam",
        "adamw": "hebbdsl.parts.optimizers.adamw:Adamw",
        "rmsprop": "hebbdsl.parts.optimizers.rmsprop:Rmsprop",
        "adagrad": "hebbdsl.parts.optimizers.adagrad:Adagrad",
        "sgd": "hebbdsl.parts.optimizers.sgd:Sgd",
    },
    Schedule: {
        "constant": "hebbdsl.parts.schedules.constant:Constant",
        "warmup": "hebbdsl.parts.schedules.warmup:Warmup",
        "cosine": "hebbdsl.parts.schedules.cosine:Cosine",
        "step": "hebbdsl.parts.schedules.step:Step",
    },
}

KINDS = tuple(VOCABULARY)

FIRST: Mapping[type[Part], str] = {
    Dataset: "omniglot",
    Model: "convnet",
    Output: "hebbian",
    Curriculum: "growing",
    Optimizer: "adam",
}
"""What a new spec begins with, where nothing else is asked for."""

FIRST_MODEL: Mapping[str, str] = {"pictures": "convnet", "text": "lstm"}
"""The model that it begins with, by what the data holds."""


@dataclass(frozen=True, slots=True)
class Words(Mapping[str, type[Part]]):
    """The words of a kind. Listing them imports nothing; looking one up imports its class."""

    kind: type[Part]

    def __getitem__(self, word: str) -> type[Part]:
        return _load(VOCABULARY[self.kind][word])

    def __contains__(self, word: object) -> bool:
        return word in VOCABULARY[self.kind]

    def __iter__(self) -> Iterator[str]:
        return iter(VOCABULARY[self.kind])

    def __len__(self) -> int:
        return len(VOCABULARY[self.kind])


def words_of(kind: type[Part]) -> Mapping[str, type[Part]]:
    """The words of a kind with their classes, each imported when it is looked up."""
    return Words(kind)


def word_of(part: Part | type[Part]) -> str:
    """The word of a part. Raises: KeyError, where its class is none of the vocabulary."""
    cls = part if isinstance(part, type) else type(part)
    return _words_by_class()[f"{cls.__module__}:{cls.__qualname__}"]


def in_vocabulary(part: Part) -> bool:
    """Whether the part's class is that of a word."""
    return f"{type(part).__module__}:{type(part).__qualname__}" in _words_by_class()


def every_part() -> Mapping[type[Part], str]:
    """The class of every word, with the word. Imports them all."""
    return {cls: word for kind in VOCABULARY for word, cls in words_of(kind).items()}


@cache
def _load(where: str) -> type[Part]:
    module, _, name = where.partition(":")
    cls: object = getattr(import_module(module), name)
    assert isinstance(cls, type), where
    assert issubclass(cls, Part), where
    return cls


@cache
def _words_by_class() -> Mapping[str, str]:
    return {where: word for words in VOCABULARY.values() for word, where in words.items()}
