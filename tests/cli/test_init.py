"""`hebbdsl init`: what it asks, writes, and never overwrites."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hebbdsl.cli.main import app
from hebbdsl.parts.part import Dataset, Model, Output
from hebbdsl.pipeline import inspect, load_plan
from hebbdsl.vocabulary import FIRST, word_of, words_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*words: str) -> Result:
    return CliRunner().invoke(app, ["init", *words])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("words", "name", "experiment"),
    [
        ((), "experiment.yaml", "experiment"),
        (("--format", "hebb"), "experiment.hebb", "experiment"),
        (("My Rows.hebb",), "My Rows.hebb", "my_rows"),
        (("specs/new/a.yml",), "specs/new/a.yml", "a"),
        (("12.yaml",), "12.yaml", "experiment"),
        (("mine", "--format", "hebb"), "mine.hebb", "mine"),
        (("mine.v2", "--yes"), "mine.v2.yaml", "mine_v2"),
    ],
)
def test_without_a_terminal_nothing_is_asked(
    words: tuple[str, ...], name: str, experiment: str
) -> None:
    result = init(*words)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert result.stdout.startswith(f"wrote {name}\nnext: hebbdsl plan {name}")
    plan = load_plan(name)
    assert plan.checked.experiment.experiment == experiment
    assert list(inspect(name)) == []
    setup = next(iter(plan.variants.values())).setup
    assert {word_of(part) for part in (setup.data, setup.model, setup.output)} <= {*FIRST.values()}


def test_words_are_taken_from_options() -> None:
    words = ("--data", "glyphs", "--model", "mlp", "--output", "cache", "--curriculum", "fixed")
    assert init("a.hebb", *words, "--optimizer", "sgd").exit_code == 0
    assert list(inspect("a.hebb")) == []
    (variant,) = load_plan("a.hebb").variants.values()
    setup = variant.setup
    parts = (setup.data, setup.model, setup.output, setup.curriculum, setup.training.optimizer)
    assert [word_of(part) for part in parts] == ["glyphs", "mlp", "cache", "fixed", "sgd"]


def test_words_that_there_are_not() -> None:
    result = init("a.yaml", "--output", "hebian", "--model", "hebbian")
    assert result.exit_code == 1
    assert result.stderr.count("error[HEB192]") == 2
    assert "did you mean `hebbian`?" in result.stderr
    assert not Path("a.yaml").exists()


def test_a_file_that_is_there_stays() -> None:
    path = Path("a.yaml")
    path.write_text("mine")
    result = init("a.yaml")
    assert result.exit_code == 1
    assert "error[HEB191]: `a.yaml` is there already" in result.stderr
    assert path.read_text() == "mine"
    path.unlink()
    path.symlink_to("nowhere.yaml")
    assert init("a.yaml").exit_code == 1
    assert not Path("nowhere.yaml").exists()


def test_what_cannot_be_written() -> None:
    Path("file").write_text("")
    result = init("file/a.yaml")
    assert result.exit_code == 4
    assert "error[HEB190]: `file/a.yaml` can't be written" in result.stderr


def test_usage() -> None:
    assert init("a.yaml", "--format", "hebb").exit_code == 2
    assert init("a.yaml", "--format", "json").exit_code == 2
    assert list(Path().iterdir()) == []


def ask(monkeypatch: pytest.MonkeyPatch, answers: str, *words: str) -> str:
    """What is said on a terminal that gives these answers."""
    from hebbdsl.cli.init import init as command

    said = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(answers))
    monkeypatch.setattr("sys.stderr", said)
    options = dict(zip(words[::2], words[1::2], strict=True))
    command(Path("a.yaml"), **options)  # type: ignore[arg-type]
    return said.getvalue()


def test_on_a_terminal_it_asks_for_what_no_option_says(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = [
        "softmax",
        "hebbian",
        "cache",
        "nearest",
        "mixture",
        "adaptive_softmax",
        "sampled_softmax",
    ]
    said = ask(monkeypatch, "glyphs\n\nsofmax\nsoftmax\n\n", "optimizer", "sgd")
    outputs = [word for word in words_of(Output) if word != "trained"]
    assert said == (
        f"data ({', '.join(words_of(Dataset))}) [omniglot]: "
        f"model ({', '.join(words_of(Model))}) [convnet]: "
        f"output ({', '.join(outputs)}) [hebbian]: "
        "  did you mean `softmax`? one of the words in parentheses\n"
        f"output ({', '.join(outputs)}) [hebbian]: "
        "curriculum (fixed, growing) [growing]: "
    )
    setup = next(iter(load_plan("a.yaml").variants.values())).setup
    parts = (setup.data, setup.model, setup.output, setup.training.optimizer)
    assert [word_of(part) for part in parts] == ["glyphs", "convnet", "softmax", "sgd"]


def test_a_terminal_that_ends_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        ask(monkeypatch, "glyphs\n")
    assert not Path("a.yaml").exists()


def test_yes_asks_nothing_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    from hebbdsl.cli.init import init as command

    said = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stderr", said)
    command(Path("a.yaml"), yes=True)
    assert said.getvalue() == ""
    assert Path("a.yaml").exists()
