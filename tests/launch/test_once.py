"""In a process no run is planned, refused, or its data opened, twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hebbdsl.pipeline import compare
from hebbdsl.plan import planning
from hebbdsl.program import data
from hebbdsl.run import job, session
from hebbdsl.run.session import Session
from tests.launch import specs

Calls = dict[str, Counter[object]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """How often each was called, by what: a setup and its facts, a run, a data set."""
    counts: Calls = {"planned": Counter(), "refused": Counter(), "opened": Counter()}

    def count(what: str, module: Any, name: str, key: Callable[..., object]) -> None:
        function = getattr(module, name)

        def counted(*given: Any) -> Any:
            counts[what][key(*given)] += 1
            return function(*given)

        monkeypatch.setattr(module, name, counted)

    for module in (planning, data):
        count("planned", module, "plan_setup", lambda setup, facts=None: (setup, str(facts)))
    count("refused", job, "refuse_large", lambda _plan, run, *_: run)
    count("opened", session, "open_data", lambda dataset, _: dataset)
    return counts


def once(calls: Calls) -> None:
    for what, found in calls.items():
        assert found, f"nothing was {what}"
        assert set(found.values()) == {1}, f"twice {what}: {found.most_common(1)[0][0]}"


def test_of_images(tmp_path: Path, calls: Calls) -> None:
    compare(specs.images(tmp_path), out=tmp_path / "runs", device="cpu")
    once(calls)
    assert len(calls["planned"]) == 3, "a plan for each variant, whatever the seed"
    assert len(calls["refused"]) == 6
    assert len(calls["opened"]) == 1


def test_of_text(tmp_path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path))
    compare(specs.text(tmp_path), out=tmp_path / "runs", device="cpu")
    once(calls)
    # Each variant, and the training that two would share, on what is published and on what is read.
    assert len(calls["planned"]) == 8
    assert len(calls["refused"]) == 8
    assert len(calls["opened"]) == 1


def test_nothing_is_refused_of_what_is_there(tmp_path: Path, calls: Calls) -> None:
    spec = specs.images(tmp_path)
    compare(spec, out=tmp_path / "runs", device="cpu")
    for found in calls.values():
        found.clear()
    compare(spec, out=tmp_path / "runs", device="cpu")
    assert not calls["refused"]
    assert len(calls["planned"]) == 3
    assert len(calls["opened"]) == 1


def test_twice_would_be_noticed(
    tmp_path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(of: Session, plan: Any) -> Any:
        return planning.plan_setup(of.opened(plan.setup.data).applied(plan.setup))

    monkeypatch.setattr(Session, "planned", forgetful)
    compare(specs.images(tmp_path), ["softmax"], [0], out=tmp_path / "runs", device="cpu")
    with pytest.raises(AssertionError, match="twice planned"):
        once(calls)
