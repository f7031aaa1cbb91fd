"""What the README shows is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hebbdsl.cli.main import COMMANDS
from hebbdsl.pipeline import inspect, load_plan

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


def test_its_spec_is_sound(tmp_path: Path) -> None:
    (spec,) = _blocks("yaml")
    path = tmp_path / "binding.yaml"
    path.write_text(spec)
    assert list(inspect(path)) == []


def test_its_text_is_the_same_spec_and_its_child_is_sound(tmp_path: Path) -> None:
    (spec,) = _blocks("yaml")
    same, child = _blocks("hebb")
    for name, text in (("binding.yaml", spec), ("binding.hebb", same), ("sharper.hebb", child)):
        (tmp_path / name).write_text(text)
    whole, text_of_it = (load_plan(tmp_path / f"binding.{end}") for end in ("yaml", "hebb"))
    assert whole.checked.experiment == text_of_it.checked.experiment
    assert {n: p.setup for n, p in whole.variants.items()} == {
        n: p.setup for n, p in text_of_it.variants.items()
    }
    assert list(inspect(tmp_path / "sharper.hebb")) == []
    assert list(load_plan(tmp_path / "sharper.hebb").variants) == ["hebbian", "softmax"]


def test_its_diagnostics_are_those_of_its_spec_with_two_slips(tmp_path: Path) -> None:
    from hebbdsl.diagnostics.render import render_text

    (spec,) = _blocks("yaml")
    (shown,) = _blocks("text")
    path = tmp_path / "binding.yaml"
    path.write_text(spec.replace("gamma:", "gama:").replace("start: 30", "start: 300"))
    found = render_text(tuple(inspect(path))).replace(str(path), path.name)
    assert shown.strip() == found.strip()


def test_its_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    (code,) = _blocks("python")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").symlink_to(ROOT / "specs")
    short = code.replace("training.steps=100", "training.steps=10")
    assert short != code
    printed: list[tuple[object, ...]] = []
    names: dict[str, object] = {"print": lambda *said: printed.append(said)}
    exec(compile(short, "README.md", "exec"), names)
    *rows, (parameters,), (accuracy,) = printed
    assert [variant for variant, _ in rows] == ["hebbian", "softmax"]
    assert all(isinstance(mean, float) for _, mean in rows)
    assert parameters == int(re.findall(r"# (\d+)", code)[0])
    assert isinstance(accuracy, float)


def test_what_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_every_command_is_told_of() -> None:
    table = TEXT[TEXT.index("## Commands") :]
    for command in COMMANDS:
        assert f"`{command}" in table, command
