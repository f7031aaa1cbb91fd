"""HEB207 and HEB208: fields under the names that they had before."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Also, Problem, Severity
from hebbdsl.source import Span


class FormerName(Problem):
    """A field is written with the name that it had before.

    It is read as what it is called now. `validate --fix` writes the new name.

    Wrong:
        output:
          hebbian: {counting: after}

    Right:
        output:
          hebbian: {count_timing: after}
    """

    code = "HEB207"
    severity = Severity.WARNING
    field: str
    now: str

    title = "{field!q} is now called {now!q}"
    label = "former name"
    hint = "write {now!q}"
    fix = "{now}"
    fix_is_safe = True


class BothNames(Problem):
    """A field is written twice: with the name that it has, and with the one that it had before.

    Wrong:
        output:
          hebbian: {count_timing: after, counting: after}

    Right:
        output:
          hebbian: {count_timing: after}
    """

    code = "HEB208"
    field: str
    now: str
    other: Span

    title = "{field!q} is the former name of {now!q}, which is given too"
    label = "given twice"
    hint = "leave {field!q} out"
    related = Also("other", "the other value")
