"""What a run loads: nothing that compiles, where nothing is compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.launch import specs

RUNS = """
import sys
from hebbdsl import run_spec
def compiles():
    return any(name in sys.modules for name in ("torch._dynamo", "torch._inductor", "sympy"))
for path in sys.argv[1:]:
    runs = run_spec(path, seeds=[0], device="cpu")
    assert [record.status for record in runs.records] == ["finished"] * 3, runs
print(compiles())
import torch
torch.optim.SGD([torch.zeros(1, requires_grad=True)])
print(compiles())
"""


def test_what_compiles_is_not_loaded_and_would_be_noticed(tmp_path: Path) -> None:
    """It takes as long as loading torch, and torch's own optimizers load it."""
    paths = (specs.images(tmp_path), specs.text(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", RUNS, *map(str, paths)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "HEBBDSL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["False", "True"], done.stderr
