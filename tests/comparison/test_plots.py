"""Figures: the curves' numbers by hand, the files, and the same bytes twice."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from hebbdsl.comparison.comparing import compare_records
from hebbdsl.comparison.curves import binding_by_age, binding_by_exposures, classes_in_play
from hebbdsl.comparison.plots import draw_figures
from hebbdsl.comparison.statistics import mean_interval
from hebbdsl.expression.intervals import Range
from hebbdsl.run.record import Binding, Evaluation, Level, Record
from hebbdsl.writing import LinkFound

from .records import experiment, run

NAMES = ["classes_in_play", "binding_by_steps", "binding_by_exposures"]


def evaluation(step: int, *binding: Binding) -> Evaluation:
    return Evaluation(
        step=step,
        seconds=1.0,
        binding=binding,
        values={
            "level": 0,
            "classes": 30,
            "train_loss": 1.0,
            "test_accuracy": 0.5,
            "newest_accuracy": 0.5,
            "whole": True,
        },
    )


def binding(cohort: int, age: int, accuracy: float, exposures: float | None = None) -> Binding:
    shown = 10.0 * age if exposures is None else exposures
    return Binding(cohort=cohort, age=age, exposures=shown, accuracy=accuracy)


def of(seed: int, *evaluations: Evaluation) -> Record:
    return run("a", seed, evaluations=evaluations)


def test_classes_in_play_stay_at_the_last_value() -> None:
    early = run(
        "a",
        0,
        steps=20,
        levels=(Level(classes=30, began=0, passed=10), Level(classes=40, began=10, passed=20)),
    )
    late = run(
        "a",
        1,
        steps=40,
        levels=(Level(classes=30, began=0, passed=30), Level(classes=40, began=30, passed=40)),
    )
    (curve,) = classes_in_play(compare_records([early, late]))
    assert curve.x == (0, 10, 20, 30, 40)
    assert curve.mean == (30, 35, 35, 40, 40)
    assert curve.low == (30, 30, 30, 40, 40)
    assert curve.high == (30, 40, 40, 40, 40)


def test_a_fixed_set_of_classes_has_no_curve_of_classes() -> None:
    record = run("a", 0, levels=(Level(classes=30, began=0, passed=None),))
    assert classes_in_play(compare_records([record])) == ()


def test_each_seed_is_averaged_over_its_cohorts_first() -> None:
    one = of(
        0,
        evaluation(10, binding(1, 10, 0.2)),
        evaluation(20, binding(1, 20, 0.5), binding(2, 10, 0.4)),
    )
    two = of(1, evaluation(10, binding(1, 10, 0.5)), evaluation(20, binding(1, 20, 0.7)))
    (curve,) = binding_by_age(compare_records([one, two]))
    assert curve.x == (10, 20)
    assert curve.mean == pytest.approx((0.4, 0.6))
    interval = mean_interval([0.3, 0.5], limits=Range(0.0, 1.0))
    assert interval is not None
    assert (curve.low[0], curve.high[0]) == pytest.approx((interval.low, interval.high))
    assert 0 < curve.low[0] < curve.high[0] < 1


def test_the_first_level_is_no_cohort() -> None:
    assert binding_by_age(compare_records([of(0, evaluation(10, binding(0, 10, 0.9)))])) == ()


def test_points_that_few_seeds_reach_are_left_out() -> None:
    records = [of(seed, evaluation(10, binding(1, 10, 0.2))) for seed in (0, 1)]
    records.append(of(2, evaluation(10, binding(1, 10, 0.2)), evaluation(20, binding(1, 20, 0.9))))
    (curve,) = binding_by_age(compare_records(records))
    assert curve.x == (10,)


def test_exposures_are_binned_and_none_yet_stands_alone() -> None:
    points = [(0, 0.0), (1, 0.4), (5, 0.2), (7, 0.4), (160, 0.8)]
    record = of(0, *[evaluation(s, binding(1, s, a, float(s))) for s, a in points])
    (curve,) = binding_by_exposures(compare_records([record]))
    assert curve.x == (0, 5, 155)
    assert curve.mean == pytest.approx((0.0, (0.4 + 0.2 + 0.4) / 3, 0.8))
    assert all(map(math.isnan, (*curve.low, *curve.high)))


def test_curves_without_data_are_not_drawn(tmp_path: Path) -> None:
    assert draw_figures(compare_records([run("a")]), tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_each_figure_is_written_in_both_formats_and_is_the_same_twice(tmp_path: Path) -> None:
    comparison = compare_records(experiment(3, ("softmax", "hebbian")), baseline="softmax")
    first = draw_figures(comparison, tmp_path / "a" / "figures")
    again = draw_figures(comparison, tmp_path / "b")
    assert [path.name for path in first] == [
        f"{n}.{kind}" for n in NAMES for kind in ("png", "svg")
    ]
    assert sorted(path.name for path in again) == sorted(p.name for p in (tmp_path / "b").iterdir())
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes()
        if one.suffix == ".svg":
            ElementTree.parse(one)
            assert "<dc:date>" not in one.read_text(encoding="utf-8")
        else:
            image = Image.open(one).convert("RGB")
            assert min(image.size) > 400
            assert len(image.getcolors(maxcolors=1 << 20) or []) > 50


def test_every_variant_has_a_look_of_its_own() -> None:
    from hebbdsl.comparison.plots import _looks

    comparison = compare_records(experiment(2), baseline="softmax")
    looks = _looks(comparison)
    assert looks["softmax"][0] == "#767676"
    assert len(set(looks.values())) == 6


def test_an_unwritable_folder_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match="taken"):
        draw_figures(compare_records(experiment(2, ("softmax",))), tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_synthetic_curves_are_finite() -> None:
    comparison = compare_records(experiment(2, ("hebbian",)))
    for curve in (*binding_by_age(comparison), *binding_by_exposures(comparison)):
        assert all(map(math.isfinite, (*curve.mean, *curve.low, *curve.high)))


def test_one_seed_is_drawn_without_a_band(tmp_path: Path) -> None:
    drawn = draw_figures(compare_records(experiment(1, ("hebbian",))), tmp_path)
    assert len(drawn) == 6


def test_settings_of_the_user_change_no_figure(tmp_path: Path) -> None:
    """TeX, which may not be installed, and whatever else stands in a `matplotlibrc`."""
    import matplotlib as mpl

    compared = compare_records(experiment(3, ("softmax", "hebbian")))
    plain = draw_figures(compared, tmp_path / "plain")
    with mpl.rc_context({"text.usetex": True, "lines.linestyle": ":", "figure.facecolor": "red"}):
        styled = draw_figures(compared, tmp_path / "styled")
    assert [path.read_bytes() for path in plain] == [path.read_bytes() for path in styled]


@pytest.mark.parametrize("backend", ["module://a_backend_that_is_absent", "no_backend_at_all"])
def test_no_backend_nor_folder_of_settings_is_needed(tmp_path: Path, backend: str) -> None:
    code = (
        "from pathlib import Path\n"
        "from hebbdsl.comparison.comparing import compare_records\n"
        "from hebbdsl.comparison.plots import draw_figures\n"
        "from tests.comparison.records import experiment\n"
        'records = experiment(3, ("softmax", "hebbian"))\n'
        f"print(len(draw_figures(compare_records(records), Path({str(tmp_path)!r}))))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "MPLBACKEND": backend, "MPLCONFIGDIR": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert int(result.stdout) == len([*tmp_path.iterdir()]) > 0


def test_links_among_figures_are_replaced_and_never_followed(tmp_path: Path) -> None:
    compared = compare_records(experiment(3, ("softmax", "hebbian")))
    victim = tmp_path / "victim"
    victim.write_text("precious")
    out = tmp_path / "runs"
    (out / "figures").mkdir(parents=True)
    for kind in ("png", "svg"):
        (out / "figures" / f"classes_in_play.{kind}").symlink_to(victim)
    drawn = draw_figures(compared, out / "figures", out)
    assert not any(path.is_symlink() for path in drawn)
    assert victim.read_text() == "precious"
    (tmp_path / "elsewhere").mkdir()
    (out / "linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LinkFound):
        draw_figures(compared, out / "linked", out)
    assert not [*(tmp_path / "elsewhere").iterdir()]
    assert draw_figures(compared, out / "linked"), "what the user names may be a link"
