"""Generators differ by seed, purpose and step, and by nothing else."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.program.randomness import derive, numpy_generator, torch_generator


@given(st.integers(0, 2**32 - 1), st.sampled_from(["batch", "dropout"]), st.integers(0, 10**9))
def test_a_key_gives_the_same_number_always_and_it_fits_a_generator(
    seed: int, purpose: str, step: int
) -> None:
    number = derive(seed, purpose, step)
    assert number == derive(seed, purpose, step)
    assert 0 <= number < 2**63


def test_neighbouring_keys_are_unrelated() -> None:
    keys = [(s, p, t) for s in range(20) for p in ("batch", "dropout") for t in range(200)]
    assert len({derive(*key) for key in keys}) == len(keys)
    # (1, "x", 11) and (11, "x", 1) have the same characters
    assert derive(1, "x", 11) != derive(11, "x", 1)


def test_draws_do_not_touch_or_depend_on_global_generators() -> None:
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = torch.rand(3, generator=torch_generator(1, "dropout", 2))
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(99)
    assert torch.equal(first, torch.rand(3, generator=torch_generator(1, "dropout", 2)))
    assert numpy_generator(1, "batch").integers(2**60) == numpy_generator(1, "batch").integers(
        2**60
    )
