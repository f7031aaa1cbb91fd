"""HEB130–HEB136: conditions and claims that are not built as expressions are."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.wording import quoted

LONGEST = 1_000
DEEPEST = 32


class Unexpected(Problem):
    """Something stands in an expression where it cannot.

    An expression is made of metrics, numbers, `+ - * /`, `< <= > >= == !=`, `and`, `or` and
    parentheses.

    Wrong:
        curriculum:
          growing: {when: test_accuracy 0.6}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB130"
    found: str
    expected: str

    @property
    def title(self) -> str:
        if not self.found:
            return f"the expression ends where {self.expected} is expected"
        return f"{quoted(self.found)} stands where {self.expected} is expected"

    label = "expected {expected}"


class SingleEquals(Problem):
    """`=` compares nothing; equality is `==`, and `validate --fix` writes it.

    Wrong:
        curriculum:
          growing: {when: test_accuracy = 1}

    Right:
        curriculum:
          growing: {when: test_accuracy == 1}
    """

    code = "HEB131"
    title = "`=` is not a comparison"
    label = "write `==`"
    hint = "equality is `==`; most conditions want `>=` or `<=`"
    fix = "=="
    fix_is_safe = True


class Chained(Problem):
    """Comparisons are not chained.

    Compare twice, with `and` between.

    Wrong:
        curriculum:
          growing: {when: 0.5 < test_accuracy < 0.9}

    Right:
        curriculum:
          growing: {when: 0.5 < test_accuracy and test_accuracy < 0.9}
    """

    code = "HEB132"
    title = "comparisons cannot be chained"
    label = "second comparison"
    hint = "compare twice, with `and` between"


class NotATruth(Problem):
    """A number stands where true or false is asked for.

    A condition or claim compares: say what the number is to be compared with.

    Wrong:
        curriculum:
          growing: {when: test_accuracy}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB133"
    found: str

    title = "{found!q} is a number; a comparison is needed here"
    label = "a number"

    @property
    def hint(self) -> str | None:
        return f"compare it, as in {quoted(self.found + ' >= …')}"


class NotANumberHere(Problem):
    """A comparison stands where a number is asked for.

    True and false cannot be added or compared.

    Wrong:
        curriculum:
          growing: {when: (test_accuracy > 0.5) + 1 > 1}

    Right:
        curriculum:
          growing: {when: test_accuracy > 0.5}
    """

    code = "HEB134"
    found: str

    title = "{found!q} is true or false; a number is needed here"
    label = "true or false"


class TooLong(Problem):
    """An expression is longer than 1,000 characters, or nested more than 32 deep.

    Several claims say the same as one with many `and`.

    Wrong:
        curriculum:
          growing: {when: "((((((((((((((((((((((((((((((((((((test_accuracy)))))))))))))))))))))))))))))))))))) > 0"}

    Right:
        curriculum:
          growing: {when: test_accuracy > 0}
    """  # noqa: E501

    code = "HEB135"
    deep: bool

    @property
    def title(self) -> str:
        if self.deep:
            return f"the expression is nested more than {DEEPEST} deep"
        return f"the expression has more than {LONGEST:,} characters".replace(",", "_")


class BadNumeral(Problem):
    """A number in an expression is not written as numbers are.

    Digits stand on both sides of a point; `1_000` and `1e-3` are numbers. `validate --fix` writes
    the 0 before a point.

    Wrong:
        curriculum:
          growing: {when: test_accuracy >= 06}

    Right:
        curriculum:
          growing: {when: test_accuracy >= 0.6}
    """

    code = "HEB136"
    written: str

    title = "{written!q} is not a number"
    label = "not a number"

    @property
    def hint(self) -> str | None:
        if self.written.startswith("."):
            return f"write {quoted('0' + self.written)}"
        return "numbers are written `12`, `0.5`, `1e-3` or `1_000`"

    @property
    def fix(self) -> str | None:
        return f"0{self.written}" if self.written.startswith(".") else None

    @property
    def fix_is_safe(self) -> bool:
        return self.fix is not None
