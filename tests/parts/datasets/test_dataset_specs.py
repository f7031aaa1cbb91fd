"""What data sets refuse and promise before anything is read; and that real data keeps it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hebbdsl.diagnostics.catalogue import page
from hebbdsl.diagnostics.diagnostic import At
from hebbdsl.parts.datasets.corpora.problems import NotKept, StoreNotWritten
from hebbdsl.parts.datasets.glyphs import Glyphs
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.datasets.omniglot_contents import ALPHABETS, OMNIGLOT
from hebbdsl.parts.datasets.problems import DataProblem
from hebbdsl.parts.part import Dataset
from hebbdsl.parts.reporter import Quiet


def refused(dataset: Dataset) -> list[tuple[str, tuple[str | int, ...]]]:
    found = []
    for problem in dataset.errors():
        assert isinstance(problem.place, At)
        assert problem.title
        assert problem.label
        assert problem.hint
        assert all(isinstance(related.place, At) for related in problem.related)
        found.append((problem.code, problem.place.path))
    return found


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (Omniglot(), []),
        (Omniglot(classes=200, fallback=Glyphs()), []),
        (Omniglot(classes=1_623), []),
        (Omniglot(classes=1_624), [("HEB420", ("classes",))]),
        (Omniglot(classes=6_492, rotated_classes=True), []),
        (Omniglot(classes=6_493, rotated_classes=True), [("HEB420", ("classes",))]),
        (Omniglot(classes=25, alphabets=("Greek",)), [("HEB420", ("classes",))]),
        (Omniglot(classes=24, alphabets=("Greek",)), []),
        (Glyphs(classes=1_623), []),
        (Glyphs(classes=1_624), [("HEB420", ("classes",))]),
        (Omniglot(test_drawings=19), []),
        (Omniglot(test_drawings=20), [("HEB421", ("test_drawings",))]),
        (Omniglot(test_drawings=5, train_drawings=15), []),
        (Omniglot(test_drawings=5, train_drawings=16), [("HEB421", ("train_drawings",))]),
        (Omniglot(test_drawings=5, validation_drawings=14), []),
        (
            Omniglot(test_drawings=5, validation_drawings=15),
            [("HEB421", ("validation_drawings",))],
        ),
        (Omniglot(validation_drawings=5, train_drawings=10), []),
        (
            Omniglot(validation_drawings=5, train_drawings=11),
            [("HEB421", ("train_drawings",))],
        ),
        (
            Omniglot(classes=20, validation_drawings=5, fallback=Glyphs(validation_drawings=4)),
            [("HEB423", ("fallback", "validation_drawings"))],
        ),
        (
            Omniglot(classes=6_000, rotated_classes=True, fallback=Glyphs(rotated_classes=True)),
            [],
        ),
        (Omniglot(fallback=Omniglot()), [("HEB424", ("fallback",))]),
        (
            Omniglot(classes=20, fallback=Glyphs(classes=10)),
            [("HEB423", ("fallback", "classes"))],
        ),
        (Omniglot(classes=20, fallback=Glyphs(classes=20)), []),
        (Omniglot(alphabets=("Greece",)), [("HEB425", ("alphabets", 0))]),
        (Omniglot(alphabets=("Greek", "Latin", "Greek")), [("HEB426", ("alphabets", 2))]),
        (Glyphs(alphabets=("Grek",)), [("HEB425", ("alphabets", 0))]),
        (Glyphs(alphabets=("Greek",), classes=155), [("HEB420", ("classes",))]),
        (Omniglot(augment_shift=13.5), []),
        (Omniglot(augment_shift=14), [("HEB427", ("augment_shift",))]),
        (Omniglot(addresses=("file:///data",)), [("HEB428", ("addresses", 0))]),
    ],
)
def test_errors(dataset: Dataset, expected: list[tuple[str, tuple[str | int, ...]]]) -> None:
    assert refused(dataset) == expected


@pytest.mark.parametrize(
    ("dataset", "title", "label", "related"),
    [
        (
            Omniglot(test_drawings=20),
            "20 of each class's 20 drawings are for testing: none is left to train on",
            "at most 19",
            [],
        ),
        (
            Omniglot(train_drawings=16),
            "5 test and 16 train drawings are asked for, each class has 20",
            "at most 15",
            ["5 for testing"],
        ),
        (
            Omniglot(validation_drawings=15),
            "5 test and 15 validation drawings are held out of each class's 20:"
            " none is left to train on",
            "at most 14",
            ["5 for testing"],
        ),
        (
            Omniglot(validation_drawings=3, train_drawings=13),
            "5 test, 3 validation and 13 train drawings are asked for, each class has 20",
            "at most 12",
            ["5 for testing", "3 for validation"],
        ),
        (
            Omniglot(test_drawings=19, validation_drawings=3),
            "19 test and 3 validation drawings are held out of each class's 20:"
            " none is left to train on",
            "too many",
            ["19 for testing"],
        ),
    ],
)
def test_too_many_drawings_says_for_what(
    dataset: Dataset, title: str, label: str, related: list[str]
) -> None:
    (problem,) = dataset.errors()
    assert (problem.title, problem.label) == (title, label)
    assert [other.label for other in problem.related] == related


def test_splits_are_those_that_hold_a_drawing() -> None:
    assert Omniglot().splits() == {"train", "test"}
    assert Glyphs(validation_drawings=1).splits() == {"train", "validation", "test"}


def test_substitute_with_fewer_classes() -> None:
    hebrew = Glyphs(alphabets=("Hebrew",))
    assert refused(Omniglot(classes=45, fallback=hebrew)) == [("HEB422", ("fallback",))]
    assert refused(Omniglot(classes=44, fallback=hebrew)) == []
    assert refused(Omniglot(fallback=hebrew)) == []


def test_a_near_name_is_suggested() -> None:
    (problem,) = Omniglot(alphabets=("Hebreww",)).errors()
    assert problem.hint == "did you mean `Hebrew`?"


def test_substitute_takes_counts_and_sizes() -> None:
    data = Omniglot(
        classes=7, image_size=20, validation_drawings=4, fallback=Glyphs(rendering_seed=3)
    )
    substitute = Glyphs(classes=7, image_size=20, validation_drawings=4, rendering_seed=3)
    assert data.substitute() == substitute
    assert substitute.facts().train == data.facts().train == 11
    assert Omniglot().substitute() is None


def test_published_counts() -> None:
    assert Omniglot().base_classes() == len(OMNIGLOT.names) == 1_623
    assert Omniglot.drawings == OMNIGLOT.drawings
    assert len(ALPHABETS) == len(OMNIGLOT.digests) == 50
    assert [sum(counts.values()) for counts in OMNIGLOT.sets.values()] == [964, 659]
    assert Omniglot(alphabets=("Greek", "Latin")).base_classes() == 50


def test_specs_load_no_arrays() -> None:
    check = (
        "import sys; import hebbdsl.parts.datasets.omniglot, hebbdsl.parts.datasets.glyphs;"
        "assert not {'numpy', 'PIL', 'torch', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_every_code_of_data_is_provoked_in_these_tests() -> None:
    texts = [path.read_text() for path in Path(__file__).parent.glob("test_*.py")]
    for problem in DataProblem.__subclasses__():
        if problem.code > "HEB510":
            continue  # of texts: tests/parts/datasets/corpora
        assert any(f"isinstance(found, {problem.__name__})" in text for text in texts) or any(
            f", {problem.__name__})" in text for text in texts
        )


def test_pages_say_what_is_wrong_and_right() -> None:
    for problem in DataProblem.__subclasses__():
        assert problem.exit_code == (4 if problem in (StoreNotWritten, NotKept) else 3)
        text = page(problem)
        assert "\nWrong:\n" in text
        assert "\nRight:\n" in text


# Real data


@pytest.mark.usefixtures("cache")
def test_real_omniglot_is_as_published(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEBBDSL_DATA", str(real_data))
    content = Omniglot().open(Quiet())
    assert content.fingerprint == OMNIGLOT.fingerprint
    assert {name: content.alphabets.count(name) for name in ALPHABETS} == dict(ALPHABETS)
    assert len(content.names) == 1_623
    greek = Omniglot(alphabets=("Greek",)).open(Quiet())
    assert greek.names[0] == "Greek/character01"
    assert greek.fingerprint == content.fingerprint
    at = content.names.index("Greek/character03")
    assert np.array_equal(greek.read([2], 28), content.read([at], 28))
    pixels = greek.read(range(24), 105)
    assert set(np.unique(pixels)) == {0, 255}
    assert 0.02 < (pixels > 0).mean() < 0.2
