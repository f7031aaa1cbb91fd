"""`trained` in torch."""

from __future__ import annotations

from hebbdsl.parts.outputs.stand_in import StandIn


class TrainedLayer(StandIn):
    """Stands for the trained output where its word is written."""
