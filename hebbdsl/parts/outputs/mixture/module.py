"""`mixture` in torch: other outputs, mixed in log space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp, inf, log

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.outputs.layer import Moments, OutputLayer, no_moments
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.stored import Knob, Stored


class MixtureLayer(OutputLayer):
    """log p = log Σ_k w_k p_k, from the experts' own log-probabilities.

    A learned gate starts at zero, so that training begins with equal weights; its gradient is not
    zero there as soon as the experts differ.
    """

    gate: nn.Linear | None

    def __init__(self, spec: Mixture, hidden: int, experts: Sequence[OutputLayer]) -> None:
        super().__init__()
        self.experts = nn.ModuleList(experts)
        self._tunes = bool(spec.tunes())
        self.gate = nn.Linear(hidden, len(experts)) if spec.gated else None
        if isinstance(spec.weights, tuple):
            self._constant = tuple(log(w) if w > 0 else -inf for w in spec.weights)
        else:
            self._constant = (-log(len(experts)),) * len(experts)

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
        return self._mix(h, [e.label_log_probabilities(h, labels, in_play) for e in self.outputs()])

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        return self._mix(h, [e.log_probabilities(h, in_play) for e in self.outputs()])

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
        terms = [e.score_text(h, labels, in_play).flatten() for e in self.outputs()]
        return self._mix(h.flatten(0, 1), terms).view(labels.shape)

    def forget(self) -> None:
        for expert in self.outputs():
            expert.forget()

    def knobs(self) -> Iterator[Knob]:
        for number, expert in enumerate(self.outputs()):
            for knob in expert.knobs():
                yield replace(knob, name=f"experts.{number}.{knob.name}")

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        terms = [expert.score_stored(stored) for expert in self.outputs()]
        if self._tunes:
            self._constant = tuple(log(w) if w > 0 else -inf for w in best_weights(terms))
        return self._mixed(terms, self._constant)

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        found = dict[str, float | Sequence[float]]()
        if self._tunes:
            found["weights"] = [exp(weight) for weight in self._constant]
        for number, expert in enumerate(self.outputs()):
            found |= {f"experts.{number}.{name}": v for name, v in expert.tuned().items()}
        return found

    def log_weights(self, h: Float[Tensor, "batch hidden"]) -> Sequence[Tensor | float]:
        """Logarithm of each expert's share: a number, or one for each position with a gate.

        Numbers stay Python's: a tensor made of them would be a copy that the device waits for.
        """
        if self.gate is None:
            return self._constant
        scores: Tensor = self.gate(h)
        return scores.float().log_softmax(dim=1).unbind(dim=1)

    def _mix(self, h: Tensor, terms: Sequence[Tensor]) -> Tensor:
        if len(terms) == 1:
            return terms[0]
        return self._mixed(terms, self.log_weights(h))

    @staticmethod
    def _mixed(terms: Sequence[Tensor], weights: Sequence[Tensor | float]) -> Tensor:
        if len(terms) == 1:
            return terms[0]
        weighted = [
            term + (weight[:, None] if isinstance(weight, Tensor) and term.ndim == 2 else weight)
            for term, weight in zip(terms, weights, strict=True)
        ]
        return torch.stack(weighted).logsumexp(dim=0)

    def outputs(self) -> Iterator[OutputLayer]:
        """The experts, in order."""
        for expert in self.experts:
            assert isinstance(expert, OutputLayer)
            yield expert


ROUNDS = 1_000
"""Of expectation maximisation; it ends earlier where shares change by less than 1e-9."""


def best_weights(terms: Sequence[Float[Tensor, " words"]]) -> Sequence[float]:
    """The shares that give words of those log-probabilities the highest likelihood.

    It is concave in the shares, so that expectation maximisation finds the highest there is.
    """
    logs = torch.stack(list(terms)).double()
    likely = (logs - logs.amax(dim=0)).exp()
    weights = logs.new_full((len(terms), 1), 1 / len(terms))
    for _ in range(ROUNDS):
        shares = weights * likely
        after = (shares / shares.sum(dim=0)).mean(dim=1, keepdim=True)
        if bool(((after - weights).abs() < 1e-9).all()):
            break
        weights = after
    found: list[float] = weights.flatten().tolist()
    return found
