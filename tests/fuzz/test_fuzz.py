"""A thousand mutants of the shipped specs, the same ones in every run; ten thousand in `.ci/long`.

The laws are those of `judging`; `campaign` runs as many more as one likes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.syntax.reading import ENDINGS
from tests.fuzz import judging
from tests.fuzz.campaign import BATCH, HEAVY, Tally, run
from tests.fuzz.corpus import seedlings
from tests.fuzz.judging import judge
from tests.fuzz.mutator import Mutant, mutant
from tests.sampling import ALL

COUNT = 10_000 if ALL else 1_000
SEED = 3


@pytest.fixture(scope="module")
def tally() -> Tally:
    total = Tally()
    for found in run(COUNT, SEED, jobs=1):
        total.add(found)
    return total


def test_nothing_breaks(tally: Tally) -> None:
    """No traceback, exit code 0 or 1, every format can be rendered, and no answer costs much."""
    assert tally.faults == []
    assert tally.mutants == COUNT


def test_rejections_have_places(tally: Tally) -> None:
    assert tally.share_placed >= 0.999, tally.unplaced


def test_no_process_grows(tally: Tally) -> None:
    assert tally.worst_bytes <= HEAVY


def test_the_mutants_are_worth_their_time(tally: Tally) -> None:
    """Some are still good, most are not, for many reasons, in every surface."""
    assert 0.02 * COUNT < tally.accepted < 0.5 * COUNT
    assert len(tally.codes) >= 50
    assert set(tally.endings) == set(ENDINGS) - {".yml"}


def test_a_mutant_is_a_function_of_its_number() -> None:
    again = [mutant(seedlings(), SEED, number) for number in range(50)]
    assert again == [mutant(seedlings(), SEED, number) for number in range(50)]
    assert len({one.content for one in again}) > 45


@pytest.mark.parametrize("ending", sorted({seedling.ending for seedling in seedlings()}))
def test_the_laws_can_be_broken(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A judge that finds nothing wrong must be able to."""
    text = next(one.text for one in seedlings() if one.ending == ending)
    good = Mutant(0, ending, text.encode(), ())
    assert judge(good, tmp_path).exit_code == 0
    bad = Mutant(0, ending, text.replace("seeds", "sedes").encode(), ())
    verdict = judge(bad, tmp_path)
    assert (verdict.exit_code, verdict.placed, verdict.codes) == (1, True, ("HEB201",))
    with monkeypatch.context() as patch:
        patch.setattr(judging, "SUSPICIOUS", 0.0)
        patch.setattr(judging, "MOST_CALLS", 100)
        assert "calls" in (judge(good, tmp_path).fault or "")
    monkeypatch.setattr(judging, "render_text", lambda _: "\x1b")
    assert judge(bad, tmp_path).fault == "the text holds what a terminal obeys"
    monkeypatch.setattr(judging, "inspect", lambda _: 1 // 0)
    assert "ZeroDivisionError" in (judge(good, tmp_path).fault or "")


def test_finished_batches_are_not_run_again(tmp_path: Path) -> None:
    count = 30
    assert count < BATCH
    (first,) = run(count, SEED, 1, tmp_path)
    (kept,) = (tmp_path / f"seed-{SEED}").iterdir()
    kept.write_text(kept.read_text().replace('"costly": 0', '"costly": 7'))
    (again,) = run(count, SEED, 1, tmp_path)
    assert (first.costly, again.costly) == (0, 7)
