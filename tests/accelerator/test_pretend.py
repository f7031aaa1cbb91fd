"""`on_pretend` in a process of its own, where nothing is left out but what torch can't do.

Fields one by one, every model with every output, and every output and memory with every adaptation,
are tried by `.ci/long`: they take nine tenths of the time.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from torch.utils import backend_registration

from tests import sampling

ROOT = Path(__file__).parents[2]
TRIED = torch.__version__.startswith("2.13.")
"""Whether it must run: the set-up of torch for backends written in Python is not public."""
SET_UP = "_setup_privateuseone_for_python_backend"
WITHOUT_KERNEL = "gru"
"""Torch 2.13 has no fake kernel for it."""


@pytest.mark.skipif(
    not TRIED and not hasattr(backend_registration, SET_UP),
    reason=f"torch {torch.__version__} takes no backend that is written in Python",
)
def test_nothing_waits_for_an_accelerator_or_mixes_it_with_the_host(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    file = Path(__file__).with_name("on_pretend.py")
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--junitxml={report}"]
    if not sampling.ALL:
        options += ["-k", "not every_field"]
    done = subprocess.run(
        (sys.executable, "-m", "pytest", *options, str(file)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not TRIED:
        pytest.skip(f"was written for torch 2.13, and this is {torch.__version__}")
    assert done.returncode == 0, done.stdout + done.stderr
    cases = list(ElementTree.parse(report).iter("testcase"))
    skipped = [case.get("name", "") for case in cases if case.find("skipped") is not None]
    assert len(cases) > len(skipped)
    if TRIED:
        assert all(WITHOUT_KERNEL in name for name in skipped), skipped
