"""Every word of the language: kind -> word -> "module:Class". No other module knows concrete parts.

A class is imported when its word is used, so that a command loads only what its spec names.
Installed packages add words by entry points (`hebbdsl.entry_points`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from hebbdsl.diagnostics.wording import plural
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

if TYPE_CHECKING:
    from hebbdsl.entry_points import Added

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
"""What a new spec begins with, where nothing else is asked for and it suits the data."""


class Words(Mapping[str, type[Part]]):
    """The words of a kind. Listing them imports nothing; looking one up imports its class.

    Packages are searched for words that are not in the table, and when all words are listed.
    """

    __slots__ = ("_own", "kind")

    def __init__(self, kind: type[Part]) -> None:
        self.kind, self._own = kind, VOCABULARY[kind]

    def __getitem__(self, word: str) -> type[Part]:
        """Raises: KeyError; BrokenError, where a class of a package breaks its promises."""
        if word in self._own:
            return _load(self._own[word])
        return _load_added(self.kind, added_words(self.kind)[word])

    def __contains__(self, word: object) -> bool:
        return word in self._own or word in added_words(self.kind)

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from added_words(self.kind)

    def __len__(self) -> int:
        return len(self._own) + len(added_words(self.kind))


def words_of(kind: type[Part]) -> Mapping[str, type[Part]]:
    """The words of a kind with their classes, each imported when it is looked up."""
    return Words(kind)


def usable_words(kind: type[Part]) -> Mapping[str, type[Part]]:
    """The words of a kind with their classes, all imported; those of broken packages are left out.

    A list of words serves who uses others; the broken one is refused where it is used.
    """
    from hebbdsl.entry_points import BrokenError

    found, words = dict[str, type[Part]](), words_of(kind)
    for word in words:
        with suppress(BrokenError):
            found[word] = words[word]
    return found


def word_of(part: Part | type[Part]) -> str:
    """The word of a part. Raises: KeyError, where its class is none of the vocabulary."""
    cls = part if isinstance(part, type) else type(part)
    own = _own_words().get(f"{cls.__module__}:{cls.__qualname__}")
    if own is not None:
        return own
    if (found := package_of(cls)) is not None:
        return found.name
    raise KeyError(cls)


def in_vocabulary(part: Part) -> bool:
    """Whether the part's class is that of a word."""
    cls = type(part)
    return f"{cls.__module__}:{cls.__qualname__}" in _own_words() or package_of(cls) is not None


def package_of(cls: type[Part]) -> Added | None:
    """The entry point of a word that a package adds; None where it is one of ours, or none."""
    if cls.__module__.partition(".")[0] == __name__.partition(".")[0]:
        return None
    for kind in KINDS:
        for one in added_words(kind).values() if issubclass(cls, kind) else ():
            if _is_inside(cls.__module__, one) and one.load() is cls:
                return one
    return None


def refuse_part(part: Part, reason: str) -> NoReturn:
    """A part gave what its kind does not allow. Raises: BrokenError, of a part of a package."""
    from hebbdsl.entry_points import BrokenError

    if (added := package_of(type(part))) is not None:
        raise BrokenError(added, reason)
    raise TypeError(f"{word_of(part)}: {reason}")


def every_part() -> Mapping[type[Part], str]:
    """The class of every usable word, with the word. Imports them all."""
    return {cls: word for kind in KINDS for word, cls in usable_words(kind).items()}


def providers_of(word: str) -> tuple[str, ...]:
    """The packages that have a word of that name, of whatever kind; this one is `hebbdsl`."""
    own = ["hebbdsl"] if any(word in words for words in VOCABULARY.values()) else []
    return (*own, *(one.package for one in every_added() if one.name == word))


def added_words(kind: type[Part]) -> Mapping[str, Added]:
    """The words that packages add to a kind, without those that anything else is called too."""
    return {one.name: one for one in _of_kind(kind) if len(providers_of(one.name)) == 1}


def parts_in(module: str) -> tuple[Added, ...]:
    """The words that a package adds whose module it is, or has as its own; best first."""
    found = [one for one in every_added() if _is_inside(module, one)]
    return tuple(sorted(found, key=lambda one: one.module != module))


def every_added() -> tuple[Added, ...]:
    """What packages add to all kinds, be it taken or not."""
    return tuple(one for kind in KINDS for one in _of_kind(kind))


def _is_inside(module: str, one: Added) -> bool:
    return module.partition(".")[0] == one.module.partition(".")[0]


def _of_kind(kind: type[Part]) -> tuple[Added, ...]:
    from hebbdsl.entry_points import added

    return added(plural(kind.kind))


@cache
def _load(where: str) -> type[Part]:
    module, _, name = where.partition(":")
    cls: object = getattr(import_module(module), name)
    assert isinstance(cls, type), where
    assert issubclass(cls, Part), where
    return cls


def _load_added(kind: type[Part], one: Added) -> type[Part]:
    from hebbdsl.entry_points import BrokenError

    cls = one.load()
    if not isinstance(cls, type) or not issubclass(cls, kind):
        raise BrokenError(one, f"{one.value!r} is not derived from `{kind.__name__}`")
    if not is_dataclass(cls) or not cls.__dataclass_params__.frozen:
        raise BrokenError(one, f"`{cls.__name__}` is not a frozen dataclass")
    for name in dir(cls):
        if getattr(getattr(cls, name), "__isabstractmethod__", False):
            raise BrokenError(one, f"`{cls.__name__}` lacks `{name}`")
    return cls


@cache
def _own_words() -> Mapping[str, str]:
    return {where: word for words in VOCABULARY.values() for word, where in words.items()}
