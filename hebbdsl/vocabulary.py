"""Every word of the language: kind, word, spec class. Only this module knows them all."""

from __future__ import annotations

from collections.abc import Mapping

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.curricula.fixed import Fixed
from hebbdsl.parts.curricula.growing import Growing
from hebbdsl.parts.datasets.gigaword import Gigaword
from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.parts.datasets.gutenberg import Gutenberg
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.datasets.stdlib_docs import StdlibDocs
from hebbdsl.parts.datasets.text import Text
from hebbdsl.parts.datasets.wikitext import Wikitext
from hebbdsl.parts.models.convnet.spec import Convnet
from hebbdsl.parts.models.gru.spec import Gru
from hebbdsl.parts.models.lstm.spec import Lstm
from hebbdsl.parts.models.mlp.spec import Mlp
from hebbdsl.parts.models.transformer.spec import Transformer
from hebbdsl.parts.optimizers.adagrad import Adagrad
from hebbdsl.parts.optimizers.adam import Adam
from hebbdsl.parts.optimizers.adamw import Adamw
from hebbdsl.parts.optimizers.rmsprop import Rmsprop
from hebbdsl.parts.optimizers.sgd import Sgd
from hebbdsl.parts.outputs.adaptive_softmax.spec import AdaptiveSoftmax
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.hebbian.spec import Hebbian
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.mixture_of_softmaxes.spec import MixtureOfSoftmaxes
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.sampled_softmax.spec import SampledSoftmax
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
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
from hebbdsl.parts.schedules.constant import Constant
from hebbdsl.parts.schedules.cosine import Cosine
from hebbdsl.parts.schedules.step import Step
from hebbdsl.parts.schedules.warmup import Warmup

VOCABULARY: Mapping[type[Part], Mapping[str, type[Part]]] = {
    Dataset: {
        "omniglot": Omniglot,
        "glyphs": Glyphs,
        "wikitext": Wikitext,
        "gutenberg": Gutenberg,
        "gigaword": Gigaword,
        "text": Text,
        "stdlib_docs": StdlibDocs,
    },
    Model: {
        "convnet": Convnet,
        "mlp": Mlp,
        "lstm": Lstm,
        "gru": Gru,
        "transformer": Transformer,
    },
    Output: {
        "softmax": Softmax,
        "hebbian": Hebbian,
        "cache": Cache,
        "nearest": Nearest,
        "mixture": Mixture,
        "mixture_of_softmaxes": MixtureOfSoftmaxes,
        "adaptive_softmax": AdaptiveSoftmax,
        "sampled_softmax": SampledSoftmax,
        "trained": Trained,
    },
    Adaptation: {"dynamic_evaluation": DynamicEvaluation, "mbpa": Mbpa},
    Curriculum: {"fixed": Fixed, "growing": Growing},
    Optimizer: {"adam": Adam, "adamw": Adamw, "rmsprop": Rmsprop, "adagrad": Adagrad, "sgd": Sgd},
    Schedule: {"constant": Constant, "warmup": Warmup, "cosine": Cosine, "step": Step},
}

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

WORDS: Mapping[type[Part], str] = {
    part: word for words in VOCABULARY.values() for word, part in words.items()
}
"""The word of each spec class."""
