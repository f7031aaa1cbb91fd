"""HEB207 and HEB208: fields under the names that they had before."""

from __future__ import annotations

from typing import ClassVar

from hebbdsl.diagnostics.diagnostic import Problem, Related, Severity
from hebbdsl.diagnostics.wording import quoted
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

    code: ClassVar[str] = "HEB207"
    severity: ClassVar[Severity] = Severity.WARNING

    field: str
    now: str

    @property
    def title(self) -> str:
        return f"{quoted(self.field)} is now called {quoted(self.now)}"

    @property
    def label(self) -> str:
        return "former name"

    @property
    def hint(self) -> str:
        return f"write {quoted(self.now)}"

    @property
    def fix(self) -> str:
        return self.now

    @property
    def fix_is_safe(self) -> bool:
        return True


class BothNames(Problem):
    """A field is written twice: with the name that it has, and with the one that it had before.

    Wrong:
        output:
          hebbian: {count_timing: after, counting: after}

    Right:
        output:
          hebbian: {count_timing: after}
    """

    code: ClassVar[str] = "HEB208"

    field: str
    now: str
    other: Span

    @property
    def title(self) -> str:
        return f"{quoted(self.field)} is the former name of {quoted(self.now)}, which is given too"

    @property
    def label(self) -> str:
        return "given twice"

    @property
    def hint(self) -> str:
        return f"leave {quoted(self.field)} out"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.other, "the other value"),)
