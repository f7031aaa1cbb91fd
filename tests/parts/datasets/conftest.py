"""Fixtures of the data sets' tests: a small collection, and folders of their own."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from tiny_omniglot import DRAWINGS, Tiny, make_tiny

from hebbdsl.parts.datasets.drawings import SIDE


@pytest.fixture
def tiny() -> Tiny:
    return make_tiny(np.random.default_rng(0).random((5, DRAWINGS, SIDE, SIDE)) < 0.1)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and no HEBBDSL_DATA."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(folder))
    monkeypatch.delenv("HEBBDSL_DATA", raising=False)
    return folder


@pytest.fixture
def data(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that HEBBDSL_DATA names."""
    assert not cache.exists()
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("HEBBDSL_DATA", str(folder))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = os.environ.get("HEBBDSL_DATA")
    if not folder:
        pytest.skip("HEBBDSL_DATA is not set: no real Omniglot to test on")
    return Path(folder)
