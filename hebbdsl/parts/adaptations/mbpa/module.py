"""`mbpa` in torch: changes of rows as vectors over the classes, one for each neighbour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.adaptations.adapter import Adapter
from hebbdsl.parts.adaptations.mbpa.episodic_memory import EpisodicMemory
from hebbdsl.parts.adaptations.mbpa.shown import Pairs, Shown
from hebbdsl.parts.adaptations.mbpa.spec import BEGINNING, NUMBERS, Mbpa
from hebbdsl.parts.outputs.layer import Moments, OutputLayer, no_moments
from hebbdsl.parts.outputs.memory_layer import MemoryLayer
from hebbdsl.parts.outputs.softmax.module import SoftmaxLayer
from hebbdsl.parts.outputs.stored import Stored, Tunable, WithEntropies


class MbpaAdapter(Adapter):
    """Wraps rows; the weights stay as they are."""

    remembers = True

    def __init__(self, spec: Mbpa) -> None:
        self.spec = spec

    def wrap(self, trained: OutputLayer) -> OutputLayer:
        assert isinstance(trained, SoftmaxLayer), "stage 4 asks for rows"
        return MbpaLayer(self.spec, trained)


class MbpaLayer(MemoryLayer):
    """A softmax whose rows are adapted to each word of a held-out text from what stood before.

    A word is asked of the pairs before it, those of its own stretch of text included. A picture is
    asked of the training drawings that were shown, none of which a boundary clears.

    Attributes:
        rate: α, as declared or as last set.
    """

    def __init__(self, spec: Mbpa, trained: SoftmaxLayer) -> None:
        super().__init__()
        self.spec, self.trained = spec, trained
        self.rate = BEGINNING if isinstance(spec.learning_rate, str) else spec.learning_rate
        self._memories: list[EpisodicMemory] = []
        self._shown = Shown(spec.size)
        self._room: Tensor | None = None

    def label_log_probabilities(
        self, h: Float[Tensor, "batch hidden"], labels: Int[Tensor, " batch"], in_play: int
    ) -> Float[Tensor, " batch"]:
        pairs = self._shown.pairs(self.trained, in_play, NUMBERS)
        if pairs is None:
            return self.trained.label_log_probabilities(h, labels, in_play)
        found = self._adapted(h, in_play, pairs)
        asked = torch.split(labels, self._at_once(h, in_play, pairs))
        parts = zip(found, asked, strict=True)
        return torch.cat([every.gather(1, some[:, None]).squeeze(1) for every, some in parts])

    def log_probabilities(
        self, h: Float[Tensor, "batch hidden"], in_play: int
    ) -> Float[Tensor, "batch in_play"]:
        pairs = self._shown.pairs(self.trained, in_play, NUMBERS)
        if pairs is None:
            return self.trained.log_probabilities(h, in_play)
        return torch.cat(list(self._adapted(h, in_play, pairs)))

    def after_step(
        self,
        h: Float[Tensor, "batch hidden"],
        clean: Float[Tensor, "batch hidden"],
        labels: Int[Tensor, " batch"],
        in_play: int,
        moments: Moments = no_moments,
    ) -> Tensor | None:
        """Remember them. What was trained is not told: its rows would be written."""
        self._shown.add(clean.detach().float(), labels)
        return None

    def _adapted(
        self, h: Float[Tensor, "batch hidden"], in_play: int, pairs: Pairs
    ) -> Iterator[Float[Tensor, "block in_play"]]:
        """Log-probabilities of a block of queries after another, each with rows of its own."""
        for part in torch.split(h.detach().float(), self._at_once(h, in_play, pairs)):
            with torch.no_grad():
                distance = _squared_distances(part, pairs.keys, pairs.keys.mean(dim=0))
                if pairs.apart is not None:
                    distance.masked_fill_(pairs.apart, torch.inf)
                ((change, rate),) = self._changes(part, pairs, distance, (self.rate,))
                logits = self.trained.logits(part, in_play)
                found = torch.add(logits, change, alpha=rate).log_softmax(dim=1)
            yield found

    def _at_once(self, h: Float[Tensor, "batch hidden"], in_play: int, pairs: Pairs) -> int:
        """How many images are asked about in one block."""
        near = min(self.spec.neighbours, len(pairs.keys))
        vectors = 1 if self.spec.steps == 1 else near
        widest = max(in_play * vectors, len(pairs.keys), near * h.shape[1])
        return max(1, NUMBERS // widest)

    def clear_memory(self) -> None:
        self._memories, self._room = [], None

    def score_text(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
    ) -> Float[Tensor, "time streams"]:
        return self.score_at(h, labels, in_play, (self.rate,))[0]

    @torch.no_grad()
    def score_at(
        self,
        h: Float[Tensor, "time streams hidden"],
        labels: Int[Tensor, "time streams"],
        in_play: int,
        rates: Sequence[float],
    ) -> Float[Tensor, "rates time streams"]:
        """`score_text` at each of several step sizes, for little more than at one."""
        room = self.spec.block(in_play)
        if not self._memories:
            self._memories = [EpisodicMemory(self.spec.size, room) for _ in range(labels.shape[1])]
        found = []
        for s, memory in enumerate(self._memories):
            start, parts = 0, []
            while start < len(labels):
                stop = min(len(labels), start + memory.room)
                one = h[start:stop, s].float()
                parts.append(self._score(one, labels[start:stop, s], in_play, memory, rates))
                start = stop
            found.append(torch.cat(parts, dim=1))
        return torch.stack(found, dim=2)

    def _score(
        self,
        h: Float[Tensor, "time hidden"],
        labels: Int[Tensor, " time"],
        in_play: int,
        memory: EpisodicMemory,
        rates: Sequence[float],
    ) -> Float[Tensor, "rates time"]:
        spec = self.spec
        here, room = self._work_room(h, in_play)
        self.trained.logits_into(here, h)
        centre = memory.append(h, labels, here)
        age = memory.ages(len(h))
        distance = _squared_distances(h, memory.keys, centre)
        distance.masked_fill_((age < 1) | (age > spec.size), torch.inf)
        pairs = Pairs(memory.keys, memory.labels, memory.shares)
        changes = self._changes(h, pairs, distance, rates)
        return torch.stack([_likely(here, change, by, labels, room) for change, by in changes])

    def _changes(
        self,
        h: Float[Tensor, "batch hidden"],
        pairs: Pairs,
        distance: Float[Tensor, "batch held"],
        rates: Sequence[float],
    ) -> Iterator[tuple[Float[Tensor, "batch classes"], float]]:
        """For each step size what the steps add to the logits: a tensor, and a factor of it.

        Args:
            distance: infinite at pairs that are not to be asked.
        """
        spec = self.spec
        near = distance.topk(min(spec.neighbours, distance.shape[1]), largest=False)
        chosen, asked = pairs.keys[near.indices], pairs.labels[near.indices]
        # What was expanded finds them; it is too coarse for the weight of one that is very near.
        apart = (h[:, None] - chosen).square_().sum(2)
        weight = 1 / (spec.epsilon + apart.masked_fill_(near.values == torch.inf, torch.inf))
        weight /= weight.sum(1, keepdim=True).clamp(min=torch.finfo(weight.dtype).tiny)
        bias = 0 if self.trained.bias is None else 1
        towards = (chosen @ h[:, :, None]).squeeze(2) + bias
        if spec.steps == 1:
            # The change is Σ_k α w_k (e_{y_k} − p_k) h_kᵀ: no vector of a neighbour is made.
            pull = weight * towards
            change = F.embedding_bag(
                near.indices, pairs.shares, mode="sum", per_sample_weights=-pull
            )
            change.scatter_add_(1, asked, pull)
            yield from ((change, rate) for rate in rates)
            return
        shares = pairs.shares[near.indices]
        for rate in rates:
            change = self._change(chosen, asked, weight, shares, bias, rate)
            yield (towards[:, None] @ change).squeeze(1), 1.0

    def _work_room(
        self, h: Float[Tensor, "time hidden"], in_play: int
    ) -> tuple[Float[Tensor, "time classes"], Float[Tensor, "time classes"]]:
        """Memory that is used again for each block: new memory would cost as much as a product."""
        if self._room is None or self._room.shape[1] < len(h):
            self._room = h.new_empty(2, len(h), in_play)
        here, room = self._room[:, : len(h)]
        return here, room

    def _change(
        self,
        keys: Float[Tensor, "time neighbours hidden"],
        labels: Int[Tensor, "time neighbours"],
        weight: Float[Tensor, "time neighbours"],
        shares: Float[Tensor, "time neighbours classes"],
        bias: int,
        rate: float,
    ) -> Float[Tensor, "time neighbours classes"]:
        """c_k after all steps: rows are changed by Σ_k c_k h_kᵀ."""
        alike = keys @ keys.transpose(1, 2) + bias
        began = shares.clamp(min=torch.finfo(shares.dtype).tiny).log()
        change = torch.zeros_like(began)
        for _ in range(self.spec.steps):
            slope = (began + alike @ change).softmax(dim=2).neg_()
            slope.scatter_add_(2, labels[..., None], torch.ones_like(weight)[..., None])
            change.mul_(1 - rate * self.spec.pull)
            change += slope * (rate * weight)[..., None]
        return change

    def tunables(self) -> Iterator[Tunable]:
        if self.spec.tunes():
            yield Tunable("learning_rate", lambda _: BEGINNING, self._set_rate, self._prepare)

    def score_stored(self, stored: Stored) -> Float[Tensor, " words"]:
        return stored.scored_by(self, self.rate)

    def score_stored_with_entropies(self, stored: Stored) -> WithEntropies:
        return stored.scored_with_entropies_by(self, self.rate)

    def tuned(self) -> Mapping[str, float | Sequence[float]]:
        return {"learning_rate": self.rate} if self.spec.tunes() else {}

    def _set_rate(self, rate: float) -> None:
        self.rate = rate

    def _prepare(self, stored: Stored, rates: Sequence[float]) -> None:
        stored.score_together(self, rates, self.score_at)


def _squared_distances(
    h: Float[Tensor, "batch hidden"],
    keys: Float[Tensor, "held hidden"],
    centre: Float[Tensor, " hidden"],
) -> Float[Tensor, "batch held"]:
    """‖h − h_k‖², expanded: as coarse as its terms are large, which the centre makes smaller."""
    h, keys = h - centre, keys - centre
    distance = h.square().sum(1)[:, None] - 2 * h @ keys.T
    distance += keys.square_().sum(1)
    return distance


def _likely(
    logits: Float[Tensor, "time classes"],
    change: Float[Tensor, "time classes"],
    rate: float,
    labels: Int[Tensor, " time"],
    room: Float[Tensor, "time classes"],
) -> Float[Tensor, " time"]:
    """The log-probabilities of the labels, `rate` times the change added to the logits."""
    torch.add(logits, change, alpha=rate, out=room)
    torch.log_softmax(room, 1, out=room)
    return room.gather(1, labels[:, None]).squeeze(1)
