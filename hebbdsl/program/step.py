"""One optimizer step. Nothing in it waits for the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.diagnostics.codes.run import NotCompiled
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.outputs.layer import OutputLayer

Forward = Callable[[Tensor, Tensor, Tensor | None, int], tuple[Tensor, Tensor, Tensor]]


class Step:
    """Forward, backward, the optimizer's step, and what the output layer does after it.

    Args:
        precision: dtype of the model's arithmetic; rows, loss and weights stay in float32.
        compiled: compile the forward and the backward pass.
    """

    def __init__(
        self,
        model: nn.Module,
        output: OutputLayer,
        optimizer: torch.optim.Optimizer,
        precision: torch.dtype,
        compiled: bool,
    ) -> None:
        self.model, self.output, self.optimizer = model, output, optimizer
        self._precision = precision
        self._forward: Forward = self._compute
        if compiled:
            self._forward = _compiled(self._compute)
        named = [*model.named_parameters(prefix="model"), *output.named_parameters(prefix="output")]
        self._names = [name for name, _ in named]
        self._parameters: list[Tensor] = [parameter for _, parameter in named]
        self._zero = torch.zeros((), device=self._parameters[0].device)
        self.watched = (
            "loss",
            *(f"gradient of {name}" for name in self._names),
            "written rows",
        )
        """What is watched for numbers that are not finite, in the order of `Step`'s answer."""

    def __call__(
        self,
        images: Float[Tensor, "batch channels height width"],
        labels: Int[Tensor, " batch"],
        keep: Float[Tensor, "batch hidden"] | None,
        in_play: int,
        watch: Float[Tensor, " watched"],
    ) -> None:
        """Train on one batch.

        Args:
            keep: dropout's mask, already scaled up; None: no dropout.
            watch: is given the loss, the norm of each gradient and that of what was written. It
                stays on the device: whoever reads it waits, once for many steps.
        """
        for parameter in self._parameters:
            parameter.grad = None
        loss, h, clean = self._forward(images, labels, keep, in_play)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        written = self.output.after_step(h.detach(), clean.detach(), labels, in_play)
        gradients = [p.grad if p.grad is not None else self._zero for p in self._parameters]
        # One kernel for all of them on a GPU; the public `vector_norm` takes one tensor at a time.
        norms = torch._foreach_norm(gradients)
        last = self._zero if written is None else torch.linalg.vector_norm(written)
        torch.stack([loss.detach(), *norms, last], out=watch)

    def first_bad_parameter(self) -> str | None:
        """The first parameter that is not finite. Waits for the device: asked between steps.

        A step's own loss and gradients can be finite and its update overflow; the next step's loss
        would tell, but the last step has no next one.
        """
        norms = torch.stack(torch._foreach_norm(self._parameters)).cpu()
        bad = (~torch.isfinite(norms)).nonzero()
        return self._names[int(bad[0])] if len(bad) else None

    def _compute(
        self, images: Tensor, labels: Tensor, keep: Tensor | None, in_play: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        if self._precision is torch.float32:
            clean = self.model(images)
        else:
            with torch.autocast(images.device.type, dtype=self._precision):
                clean = self.model(images).float()
        h = clean if keep is None else clean * keep
        return self.output.loss(h, labels, in_play), h, clean


def _compiled(compute: Forward) -> Forward:
    """Compiled when it is first called. Raises then: Rejected, with HEB537, where that fails."""
    from torch._dynamo.exc import BackendCompilerFailed

    compiled = cast(Forward, torch.compile(compute))

    def forward(
        images: Tensor, labels: Tensor, keep: Tensor | None, in_play: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        try:
            return compiled(images, labels, keep, in_play)
        except BackendCompilerFailed as error:
            reason = str(error.inner_exception).partition("\n")[0]
            raise Rejected([NotCompiled(place=None, reason=reason)]) from error

    return forward
