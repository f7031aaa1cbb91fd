"""Losses of tiny setups, stored: training means today what it meant yesterday.

A change here is a change of meaning: raise `SEMANTICS` in program/identity.py and store anew with

    python -m tests.program.test_exact_losses

Another processor or torch sums in another order, so that the comparison allows for rounding; what
it must catch is larger by orders of magnitude.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from hebbdsl.parts.curricula.growing import Growing
from hebbdsl.parts.models.convnet.spec import Convnet
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.program.classification.batches import InPlay
from hebbdsl.program.identity import SEMANTICS
from hebbdsl.spec.experiment import Setup
from tests import tiny

STORED = Path(__file__).parents[1] / "golden" / "losses.json"
STEPS = 12


def _setups() -> dict[str, Setup]:
    plain = tiny.setup(Softmax())
    assert isinstance(plain.curriculum, Growing)
    data = replace(plain.data, image_size=16, augment_rotation=10.0, augment_shift=1.0)
    return {
        "softmax": plain,
        "hebbian": tiny.setup(tiny.HEBBIAN),
        "hebbian, centred, large rows": tiny.setup(
            replace(tiny.HEBBIAN, center="running", row_norm=3.0)
        ),
        "cache": tiny.setup(Cache(size=40)),
        "nearest": tiny.setup(Nearest(neighbours=40)),
        "mixture, dropout": tiny.with_dropout(
            tiny.setup(Mixture(experts=(tiny.HEBBIAN, Cache(size=40)), weights="learned")), 0.2
        ),
        "convnet, augmentation": replace(
            plain, data=data, model=Convnet(channels=(8, 8), features=16)
        ),
        "newest share": replace(plain, curriculum=replace(plain.curriculum, newest_share=0.5)),
    }


def _losses(setup: Setup) -> list[float]:
    program = tiny.program(setup)
    statistics = torch.empty(STEPS, len(program.update.statistic_names))
    play = InPlay(classes=12, newest=8)
    program.train(0, program.draw(0, STEPS, play), play, statistics)
    losses: list[float] = statistics[:, 0].tolist()
    return losses


@pytest.mark.parametrize("name", _setups())
def test_losses_are_those_stored(name: str) -> None:
    stored = json.loads(STORED.read_text())
    assert stored["semantics"] == SEMANTICS, "stored for another meaning: store them anew"
    assert _losses(_setups()[name]) == pytest.approx(stored["losses"][name], rel=2e-5)


def test_every_setup_is_stored_and_no_two_are_alike() -> None:
    stored = json.loads(STORED.read_text())["losses"]
    assert stored.keys() == _setups().keys()
    lasts = sorted(losses[-1] for losses in stored.values())
    assert all(later / earlier > 1.0001 for earlier, later in pairwise(lasts))


if __name__ == "__main__":
    torch.set_num_threads(1)
    body = {"semantics": SEMANTICS, "losses": {n: _losses(s) for n, s in _setups().items()}}
    STORED.write_text(json.dumps(body, indent=1) + "\n")
