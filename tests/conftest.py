"""What holds for every test: one torch thread, compiled code of its own, examples by rule.

The suite shares its cores, and results do not depend on how many threads there are. Code that
`torch.compile` makes stands in a folder of each process: the folder that torch takes by itself is
one for all, where a run beside this one, or one for another processor, writes over what is loaded.

Without torch, what needs it is skipped: stages 1 to 4 never load it, and are tried on Pythons for
which it is not installed.

Properties have no deadline, since time on a shared machine says nothing; in CI their examples are
the same every time, elsewhere new ones are tried.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

try:
    import torch
except ModuleNotFoundError:
    pass
else:
    torch.set_num_threads(1)

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session", autouse=True)
def _compiled_code(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(tmp_path_factory.mktemp("inductor"))
