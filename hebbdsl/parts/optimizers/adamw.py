"""`adamw`."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.frozen import frozen
from hebbdsl.parts.optimizers.adam import Adam


@frozen(kw_only=True)
class Adamw(Adam):
    """Adam whose weight decay shrinks the weights directly, by learning rate × decay a step.

    Rows of classes that are not in play yet shrink too.

    Source:
        Loshchilov and Hutter 2019, algorithm 2.
    """

    decoupled_decay: ClassVar[bool] = True
