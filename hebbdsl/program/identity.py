"""What makes two runs the same run."""

from __future__ import annotations

import json
from hashlib import sha256

from hebbdsl.spec.canonical import deciding_parts, plain
from hebbdsl.spec.experiment import AS_TRAINED, Evaluation, Setup
from hebbdsl.vocabulary import package_of, word_of

SEMANTICS = 1
"""Version of what a spec means for training. Raised whenever a stored exact loss changes; where
those of one part alone do, it is the part's that is raised."""

EVALUATION_SEMANTICS = 1
"""The same of what a spec means for evaluations of trained runs."""


def identity(setup: Setup, seed: int, fingerprint: str) -> str:
    """Hex digest of what decides a run's training: setup, seed, decoded data, semantics.

    Names, claims, seeds and variants of the experiment take no part, nor do fields that only say
    where data is found.
    """
    deciding = {
        "setup": plain(setup, deciding_only=True, former=True),
        "seed": seed,
        "data": fingerprint,
        "semantics": SEMANTICS,
        **_with_raised(setup),
    }
    return sha256(canonical_json(deciding)).hexdigest()


def evaluation_identity(training: str, evaluation: Evaluation) -> str:
    """Hex digest of what decides an evaluation of a trained run: its identity, and what is added.

    As it was trained, it is the run's own.
    """
    if evaluation == AS_TRAINED:
        return training
    deciding = {
        "training": training,
        "evaluation": plain(evaluation, deciding_only=True, former=True),
        "semantics": EVALUATION_SEMANTICS,
        **_with_raised(evaluation),
    }
    return sha256(canonical_json(deciding)).hexdigest()


def raised_parts(of: Setup | Evaluation) -> dict[str, int]:
    """Versions, by word, of the parts in it that no longer mean what they did at first."""
    found = dict[str, int]()
    for part in deciding_parts(of):
        if part.semantics > 1:
            word = word_of(part)
            found[word] = max(part.semantics, found.get(word, 0))
    return found


def packages_of(setup: Setup) -> dict[str, str]:
    """The package and version, by word, of the parts that are of installed packages."""
    found = dict[str, str]()
    for part in (*deciding_parts(setup), *deciding_parts(setup.evaluation)):
        if (added := package_of(type(part))) is not None:
            found[added.name] = f"{added.package} {added.version}"
    return found


def _with_raised(of: Setup | Evaluation) -> dict[str, dict[str, int]]:
    found = raised_parts(of)
    return {"parts": found} if found else {}


def canonical_json(value: object) -> bytes:
    """One spelling for each value: sorted keys, no spaces, no NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()
