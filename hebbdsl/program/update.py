"""What follows a forward pass, of either task. Nothing in it waits for the device."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from hebbdsl.parts.outputs.layer import OutputLayer


class Update:
    """Backward, the optimizer's step, and what the output layer does after it.

    Args:
        clip: norm that the gradient of all parameters together is scaled down to; None: it is left.
    """

    def __init__(
        self,
        model: nn.Module,
        output: OutputLayer,
        optimizer: torch.optim.Optimizer,
        clip: float | None,
    ) -> None:
        self.output, self.optimizer = output, optimizer
        self._clip = clip
        named = [*model.named_parameters(prefix="model"), *output.named_parameters(prefix="output")]
        self._names = [name for name, _ in named]
        self._parameters: list[Tensor] = [parameter for _, parameter in named]
        self._zero = torch.zeros((), device=self._parameters[0].device)
        self.statistic_names = (
            "loss",
            *(f"gradient of {name}" for name in self._names),
            "written rows",
        )
        """Names of the statistics that are checked for non-finite numbers, in their order."""

    def __call__(
        self,
        loss: Float[Tensor, ""],
        h: Float[Tensor, "batch hidden"],
        clean: Float[Tensor, "batch hidden"],
        labels: Int[Tensor, " batch"],
        in_play: int,
        statistics: Float[Tensor, " statistics"],
        after_backward: Callable[[], None] | None = None,
    ) -> None:
        """Update on the loss of one batch.

        Args:
            h: activations as the loss saw them; `clean`: before dropout.
            statistics: receives the loss, the norm of each gradient and that of the written rows,
                and stays on the device: reading it waits, once for many steps.
            after_backward: completes the gradients.
        """
        for parameter in self._parameters:
            parameter.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        if after_backward is not None:
            after_backward()
        gradients = [p.grad if p.grad is not None else self._zero for p in self._parameters]
        # One kernel for all of them on a GPU; the public `vector_norm` takes one tensor at a time.
        norms = torch._foreach_norm(gradients)
        if self._clip is not None:
            self._scale_down(gradients, norms)
        self.optimizer.step()
        written = self.output.after_step(h.detach(), clean.detach(), labels, in_play, self._moments)
        last = self._zero if written is None else torch.linalg.vector_norm(written)
        torch.stack([loss.detach(), *norms, last], out=statistics)

    def _moments(self, parameter: Tensor) -> list[Tensor]:
        state = self.optimizer.state.get(parameter, {}).values()
        return [kept for kept in state if torch.is_tensor(kept) and kept.shape == parameter.shape]

    def _scale_down(self, gradients: list[Tensor], norms: tuple[Tensor, ...]) -> None:
        """As `clip_grad_norm_` does, with the norms at hand."""
        assert self._clip is not None
        whole = torch.linalg.vector_norm(torch.stack(norms))
        factor = (self._clip / (whole + 1e-6)).clamp(max=1.0)
        torch._foreach_mul_([g for g in gradients if g is not self._zero], factor)

    def first_non_finite_parameter(self) -> str | None:
        """The first parameter that is not finite. Waits for the device: asked between steps.

        A step's own loss and gradients can be finite and its update overflow; the next step's loss
        would tell, but the last step has no next one.
        """
        norms = torch.stack(torch._foreach_norm(self._parameters)).cpu()
        bad = (~torch.isfinite(norms)).nonzero()
        return self._names[int(bad[0])] if len(bad) else None
