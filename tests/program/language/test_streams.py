"""Windows of parallel streams, beside the text itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.program.language.streams import Streams
from hebbdsl.spec.experiment import Training
from tests.words import Adam

CPU = torch.device("cpu")


@given(
    count=st.integers(4, 60),
    streams=st.integers(1, 5),
    window=st.integers(1, 9),
    at_once=st.integers(1, 4),
)
def test_windows_are_the_text_stream_by_stream(
    count: int, streams: int, window: int, at_once: int
) -> None:
    text = np.arange(count, dtype=np.int32)
    cut = Streams(text, streams, window)
    if cut.length < 2:
        return
    words, following = [], []
    for first in range(0, cut.windows, at_once):
        for before, after in cut.read(first, min(at_once, cut.windows - first), CPU):
            assert before.shape == after.shape
            assert len(before) <= window
            words.append(before)
            following.append(after)
    assert len(words) == cut.windows
    assert cut.targets().tolist() == torch.cat([one.flatten() for one in following]).tolist()
    assert all(len(one) == window for one in words[:-1])
    read, asked = torch.cat(words), torch.cat(following)
    for stream in range(streams):
        own = text[stream * cut.length : (stream + 1) * cut.length].tolist()
        assert read[:, stream].tolist() == own[:-1]
        assert asked[:, stream].tolist() == own[1:]
    training = Training(optimizer=Adam(), batch_size=streams, sequence_length=window)
    assert training.steps_of_epoch(count) == cut.windows


@pytest.mark.parametrize("number", [7, 0x7FFFFFFF, -1])
def test_a_number_that_no_word_has_is_refused(number: int, tmp_path: Path) -> None:
    path = tmp_path / "train.tokens"
    np.arange(7, dtype=np.int32).tofile(path)
    assert len(list(Streams(np.memmap(path, np.int32, "r"), 1, 3, 7).read(0, 2, CPU))) == 2
    kept = np.fromfile(path, np.int32)
    kept[5] = number
    kept.tofile(path)
    text = Streams(np.memmap(path, np.int32, "r"), 1, 3, 7)
    assert len(list(text.read(0, 1, CPU))) == 1
    with pytest.raises(Rejected) as found:
        list(text.read(1, 1, CPU))
    (problem,) = found.value.problems
    assert (problem.code, problem.place) == ("HEB564", str(path))
    with pytest.raises(Rejected):
        list(Streams(kept, 1, 3, 7).read(1, 1, CPU))
