"""Whenever a run is killed, its folder is sane, and nothing that was finished is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.kills import SCENARIOS


@pytest.mark.skipif(sys.platform == "win32", reason="kills processes that it forks")
def test_a_kill_before_any_operation_loses_nothing(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.run.kills", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    kills = dict(line.split(": ") for line in result.stdout.splitlines())
    assert kills.keys() == set(SCENARIOS)
    assert min(map(int, kills.values())) > 40, "there are as many operations"
