"""`mixture` in torch: other outputs, mixed in log space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf, log

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.outputs.layer import Moments, OutputLayer, entropies_of, no_moments
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.mixture.shares import Branch, fit
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.stored import Stored, Tunable, WithEntropies


class MixtureLayer(MemoryLayer):
    """log p = log Σ_k w_k p_k, from the experts' own log-probabilities.

    Shares are numbers, or a number for each position: of a gate, or by the experts' entropies.

    A learned gate starts at zero, so that training begins with equal weights; its gradient is not
    zero there as soon as the experts differ.
    """

    gate: nn.Linear | None

    def __init__(self, spec: Mixture, hidden: int, experts: Sequence[OutputLayer]) -> None:
        super().__init__()
        self.experts = nn.ModuleList(experts)
        self._spec = spec
        self.needs_entropies = spec.needs_entropies
        self.temperature = 1.0 if isinstance(spec.temperature, str) else spec.temperature
        self.gate = nn.Linear(hidden, len(experts)) if spec.gated else None
        self._shares: Sequence[float] = (1 / len(experts),) * len(experts)
        if isinstance(spec.weights, tuple):
            self._shares = spec.weights

    def initialise(self, generator: torch.Generator) -> None:
        # In order: the first expert gets the numbers that it would get alone.
        for expert in self.outputs():
            expert.initialise(generator)
        if self.gate is not None:
            nn.init.zeros_(self.gate.weight)
            nn.init.zeros_(self.gate.bias)

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        terms = [e.label_log_probabilities(h, labels, in_play) for e in self.outputs()]
        return terms[0] if len(terms) == 1 else _mixed(terms, self.log_weights(h, in_play))

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        return self._mixed_whole(h, [e.log_probabilities(h, in_play) for e in self.outputs()])

    def loss(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, ""]:
        if len(self.experts) == 1:
            return next(self.outputs()).loss(h, labels, in_play)
        return super().loss(h, labels, in_play)

    def after_step(
        self,
        h: Float[Tensor, "batch hidden"],
        clean: Float[Tensor, "batch hidden"],
        labels: Int[Tensor, " batch"],
        in_play: int,
        moments: Moments = no_moments,
    ) -> Tensor | None:
        left = [e.after_step(h, clean, labels, in_play, moments) for e in self.outputs()]
        watched = [written for written in left if written is not None]
        if len(watched) < 2:
            return watched[0] if watched else None
        return torch.cat([written.flatten().float() for written in watched])

    def score_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams"]:
        if self.needs_entropies:
            found = [e.score_text_with_entropies(h, labels, in_play) for e in self.outputs()]
            return self._mixed_by_entropies(found)
        terms = [e.score_text(h, labels, in_play).flatten() for e in self.outputs()]
        if len(terms) == 1:
            return terms[0].view(labels.shape)
        return _mixed(terms, self.log_weights(h.flatten(0, 1), in_play)).view(labels.shape)

    def text_log_probabilities(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams in_play"]:
        terms = [e.text_log_probabilities(h, labels, in_play).flatten(0, 1) for e in self.outputs()]
        return self._mixed_whole(h.flatten(0, 1), terms).view(*labels.shape, in_play)

    def clear_memory(self) -> None:
        for expert in self.outputs():
            expert.clear_memory()

    def tunables(self) -> Iterator[Tunable]:
        if "temperature" in self._spec.tunes():
            yield Tunable("temperature", lambda _: 1.0, self._set_temperature)
        for number, expert in self.memories():
            for tunable in expert.tunables():
                yield replace(tunable, name=f"experts.{number}.{tunable.name}")

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        if self.needs_entropies:
            found = [one.score_stored_with_entropies(stored) for _, one in self.memories()]
            return self._mixed_by_entropies(found)
        branch = self._branch(stored)
        fit(branch)
        return self._found(branch)

    def score_stored_with_entropies(self, stored: Stored) -> WithEntropies:
        self.score_stored(stored)  # leaves shares as they are best for what is chosen elsewhere
        settings = ((k, v if isinstance(v, float) else (*v,)) for k, v in self.tuned().items())
        return stored.scored_with_entropies_by(self, tuple(settings))

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        found = dict[str, float | Sequence[float]]()
        for name in self._spec.tunes():
            found[name] = list(self._shares) if name == "weights" else self.temperature
        for number, expert in self.memories():
            found |= {f"experts.{number}.{name}": v for name, v in expert.tuned().items()}
        return found

    def log_weights(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Sequence[Tensor | float]:
        """Logarithm of each expert's share: a number, or one for each position.

        Numbers stay Python's: a tensor made of them would be a copy that the device waits for.
        """
        if self.needs_entropies:
            return self._by_entropies([e.entropies(h, in_play) for e in self.outputs()])
        if self.gate is None:
            return _logs(self._shares)
        scores: Tensor = self.gate(h)
        return scores.float().log_softmax(dim=1).unbind(dim=1)

    def memories(self) -> Iterator[tuple[int, MemoryLayer]]:
        """The experts that may be added at test time, where all are, with their numbers."""
        for number, expert in enumerate(self.experts):
            if isinstance(expert, MemoryLayer):
                yield number, expert

    def _set_temperature(self, temperature: float) -> None:
        self.temperature = temperature

    def _branch(self, stored: Stored) -> Branch:
        """This mixture of stored log-probabilities, mixtures inside it with their own branches."""
        assert self.gate is None, "what learns is not added at test time"
        mixed = [
            expert._branch(stored)
            if isinstance(expert, MixtureLayer) and not expert.needs_entropies
            else expert.score_stored(stored)
            for _, expert in self.memories()
        ]
        return Branch(self._shares, "weights" in self._spec.tunes(), mixed)

    def _found(self, branch: Branch) -> Float[Tensor, " words"]:
        """Take over the shares that were found, and say what they come to."""
        self._shares = tuple(branch.shares)
        terms = list[Tensor]()
        for expert, one in zip(self.outputs(), branch.mixed, strict=True):
            if isinstance(one, Branch):
                assert isinstance(expert, MixtureLayer)
                terms.append(expert._found(one))
            else:
                terms.append(one)
        return _mixed(terms, _logs(self._shares))

    def _by_entropies(self, entropies: Sequence[Tensor]) -> Sequence[Tensor]:
        sharpness = torch.stack(list(entropies)) / -self.temperature
        return sharpness.log_softmax(dim=0).unbind(dim=0)

    def _mixed_by_entropies(self, found: Sequence[WithEntropies]) -> Tensor:
        weights = self._by_entropies([one.entropies for one in found])
        return _mixed([one.labels for one in found], weights)

    def _mixed_whole(self, h: Tensor, terms: Sequence[Tensor]) -> Tensor:
        """Of all classes at each position; entropies are those of what is at hand."""
        if len(terms) == 1:
            return terms[0]
        if self.needs_entropies:
            weights = self._by_entropies([entropies_of(term.detach()) for term in terms])
            return _mixed(terms, weights)
        return _mixed(terms, self.log_weights(h, terms[0].shape[1]))

    def outputs(self) -> Iterator[OutputLayer]:
        """The experts, in order."""
        for expert in self.experts:
            assert isinstance(expert, OutputLayer)
            yield expert


def _logs(shares: Sequence[float]) -> Sequence[float]:
    return [log(share) if share > 0 else -inf for share in shares]


def _mixed(terms: Sequence[Tensor], weights: Sequence[Tensor | float]) -> Tensor:
    """log Σ_k w_k p_k. Weights of positions may be those of all classes at each."""
    if len(terms) == 1:
        return terms[0]
    weighted = [
        term
        + (weight[:, None] if isinstance(weight, Tensor) and weight.ndim < term.ndim else weight)
        for term, weight in zip(terms, weights, strict=True)
    ]
    return torch.stack(weighted).logsumexp(dim=0)
