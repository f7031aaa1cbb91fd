"""Reading a held-out text with a cache, beside the usual loop over words.

The peer is the pointer of well-known language-model scripts, written from its description: word by
word, the likeness of the last `window` activations, and their share of each word by a product with
one-hot rows over the vocabulary. It reads few words, ours many; times are per word.

    python tests/benchmarks/cache_on_text.py [--window 2000] [--words 33278] [--width 200]
"""

from __future__ import annotations

import argparse
import time

import torch
import torch.nn.functional as F
from torch import Tensor

from hebbdsl.parts.outputs.cache.spec import Cache

THETA, UNIFORM = 0.3, 1e-3
PEER_WORDS, OUR_WORDS, STRETCH = 20, 20_480, 1_024


def peer(h: Tensor, labels: Tensor, window: int, words: int, first: int) -> Tensor:
    found = []
    one_hot = F.one_hot(labels[first - window : first], words).float()
    for place in range(first, first + PEER_WORDS):
        keys = h[place - window : place]
        shares = torch.softmax(THETA * (keys @ h[place]), 0)
        p = (shares[:, None] * one_hot).sum(0)
        p = (1 - UNIFORM) * p + UNIFORM / words
        found.append(p[labels[place]].log())
        one_hot = torch.cat([one_hot[1:], F.one_hot(labels[place], words).float()[None]])
    return torch.stack(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--window", type=int, default=2_000)
    parser.add_argument("--words", type=int, default=33_278)
    parser.add_argument("--width", type=int, default=200)
    given = parser.parse_args()
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)
    h = torch.tanh(torch.randn(OUR_WORDS, given.width, generator=generator))
    labels = (given.words ** torch.rand(OUR_WORDS, generator=generator)).long() - 1
    layer = Cache(size=given.window, theta=THETA, uniform=UNIFORM).build(given.width, given.words)
    with torch.inference_mode():
        start = time.process_time()
        found = torch.cat(
            [
                layer.score_text(
                    h[at : at + STRETCH, None], labels[at : at + STRETCH, None], given.words
                )
                for at in range(0, OUR_WORDS, STRETCH)
            ]
        )
        ours = (time.process_time() - start) / OUR_WORDS
        start = time.process_time()
        expected = peer(h, labels, given.window, given.words, given.window)
        theirs = (time.process_time() - start) / PEER_WORDS
    apart = (found[given.window : given.window + PEER_WORDS, 0] - expected).abs().max()
    print(
        f"peer {theirs * 1e3:.2f} ms a word, ours {ours * 1e6:.1f} us, {theirs / ours:,.0f} times;"
    )
    print(f"largest difference {float(apart):.1e} nats")


if __name__ == "__main__":
    main()
