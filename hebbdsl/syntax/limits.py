"""How large and how deep a spec may be, and what is said beyond that."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem

DEEPEST = 32
MOST_NODES = 10_000
MOST_ENTRIES = 2_000
"""Of one mapping: more than the most variants there may be, and than any section has fields."""


class TooDeep(Problem):
    """Lists and mappings are nested deeper than any spec.

    Wrong:
        about: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]

    Right:
        about: not nested at all
    """

    code = "HEB127"
    title = f"nested more than {DEEPEST} deep"
    label = f"beyond level {DEEPEST}"


class TooMany(Problem):
    """The file holds more values than any spec: over 10,000 keys, items and values.

    Wrong:
        hebbdsl validate generated.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB128"
    title = f"more than {MOST_NODES} keys and values"
    label = "one too many"


class TooManyEntries(Problem):
    """A mapping has more entries than any in a spec may have: over 2,000.

    Nothing in it is judged then. Variants are 1,000 at most; what is generated in greater numbers
    goes into several specs.

    Wrong:
        hebbdsl validate generated.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB137"
    title = f"more than {MOST_ENTRIES:_} entries in one mapping"
    label = "one too many"
