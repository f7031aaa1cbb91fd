"""One optimizer step on a window of text. Nothing in it waits for the device."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from hebbdsl.parts.models.language_network import LanguageNetwork, Masks, State
from hebbdsl.parts.outputs.layer import OutputLayer
from hebbdsl.program import compiling
from hebbdsl.program.update import Update

Compute = Callable[[Tensor, Tensor, State, Masks | None], tuple[Tensor, State]]


class LanguageStep:
    """Forward, then the update; the state is carried on, and no gradient with it.

    The embedding is looked up outside the graph, and its gradient, a row a word of the window, is
    added to that of the table in place: autograd would make another table of all words for it.
    Where the table is the output's rows, it is added to the gradient that those have.

    Args:
        rows: the output's rows where the embedding is tied to them.
        precision: dtype of the model's arithmetic; rows, loss and weights stay in float32.
        compiled: compile the model where that is of use: recurrent kernels are left as they are.
    """

    def __init__(
        self,
        model: LanguageNetwork,
        output: OutputLayer,
        rows: Tensor | None,
        update: Update,
        precision: torch.dtype,
        compiled: bool,
    ) -> None:
        self.model, self.output, self.update = model, output, update
        self._rows = rows
        self._precision = precision
        self._scratch: Tensor | None = None
        self._compute = model.from_embedded
        if compiled and model.spec.compiles:
            self._compute = compiling.compiled(model.from_embedded, of_any_length=True)

    def __call__(
        self,
        words: Int[Tensor, "time streams"],
        following: Int[Tensor, "time streams"],
        state: State,
        masks: Masks,
        statistics: Float[Tensor, " statistics"],
    ) -> State:
        """Train on one window, and return the state that follows it."""
        table = self._rows if self.model.embedding is None else self.model.embedding
        assert table is not None, "a tied embedding is the output's"
        with torch.no_grad():
            embedded = torch.nn.functional.embedding(words, table)
        embedded.requires_grad_()
        clean, after = self._activations(self._compute, embedded, words, state, masks)
        h = clean if masks.output is None else clean * masks.output
        flat, labels = h.flatten(0, 1), following.flatten()
        loss = self.output.loss(flat, labels, self.model.vocabulary_size)

        def complete() -> None:
            assert embedded.grad is not None
            if table.grad is None:
                table.grad = self._zeros(table)
            table.grad.index_add_(0, words.flatten(), embedded.grad.flatten(0, 1))

        self.update(
            loss,
            flat,
            clean.flatten(0, 1),
            labels,
            self.model.vocabulary_size,
            statistics,
            complete,
        )
        return tuple(one.detach() for one in after)

    def _activations(
        self,
        compute: Compute,
        embedded: Tensor,
        words: Tensor,
        state: State,
        masks: Masks | None,
    ) -> tuple[Float[Tensor, "time streams hidden"], State]:
        """In the step's precision, given back in float32."""
        if self._precision is torch.float32:
            return compute(embedded, words, state, masks)
        with torch.autocast(words.device.type, dtype=self._precision):
            h, after = compute(embedded, words, state, masks)
        return h.float(), after

    def read(
        self, words: Int[Tensor, "time streams"], state: State
    ) -> tuple[Float[Tensor, "words hidden"], State]:
        """Activations without dropout, flattened: for evaluation."""
        embedded, compute = self.model.look_up(words, self._rows), self.model.from_embedded
        h, after = self._activations(compute, embedded, words, state, None)
        return h.flatten(0, 1), after

    def _zeros(self, table: Tensor) -> Tensor:
        """The gradient of a table of its own, the same memory at every step."""
        if self._scratch is None:
            self._scratch = torch.zeros_like(table)
        else:
            self._scratch.zero_()
        return self._scratch
