"""One torch thread: the suite shares its cores, and results do not depend on how many there are."""

from __future__ import annotations

import torch

torch.set_num_threads(1)
