"""Windows of parallel streams, beside the text itself."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.program.streams import Streams
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
    assert all(len(one) == window for one in words[:-1])
    read, asked = torch.cat(words), torch.cat(following)
    for stream in range(streams):
        own = text[stream * cut.length : (stream + 1) * cut.length].tolist()
        assert read[:, stream].tolist() == own[:-1]
        assert asked[:, stream].tolist() == own[1:]
    training = Training(optimizer=Adam(), batch_size=streams, sequence_length=window)
    assert training.steps_of_epoch(count) == cut.windows
