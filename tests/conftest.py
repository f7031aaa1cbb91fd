"""One torch thread: the suite shares its cores, and results do not depend on how many there are.

Properties have no deadline, since time on a shared machine says nothing; in CI their examples are
the same every time, elsewhere new ones are tried.
"""

from __future__ import annotations

import os

import torch
from hypothesis import settings

torch.set_num_threads(1)

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
