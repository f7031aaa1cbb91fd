"""HEB230–HEB237: specs that extend others, and experiments made in Python."""

from __future__ import annotations

from dataclasses import field as declared

from hebbdsl.diagnostics.diagnostic import Problem, Related
from hebbdsl.diagnostics.wording import plain_list, quoted, suggestion
from hebbdsl.source import Span

MOST_PARENTS = 32
"""How many parents, one the parent of the other, a spec has at most."""


class NoParent(Problem):
    """There is no file where `extends` says.

    The path is relative to the folder of the file that says it.

    Wrong:
        hebbdsl: 1
        experiment: child
        extends: not_there.yaml

    Right:
        hebbdsl: 1
        experiment: child
        extends: null
    """

    code = "HEB230"
    path: str
    near: str | None = None
    """The nearest name there is, written as `extends` writes it."""

    title = "there is no file {path!q} to extend"
    label = "no such file"

    @property
    def hint(self) -> str | None:
        if self.near is not None:
            return f"did you mean {quoted(self.near)}?"
        return "the path is relative to the folder of this file"

    @property
    def fix(self) -> str | None:
        return self.near


class ParentUnread(Problem):
    """What `extends` names is there, but cannot be read as a spec.

    It is a folder, say, or a file that is no spec. The reason is what `validate` says of it.

    Wrong:
        hebbdsl: 1
        experiment: child
        extends: .

    Right:
        hebbdsl: 1
        experiment: child
        extends: null
    """

    code = "HEB231"
    path: str
    reason: str
    advice: str | None = None

    title = "{path!q} cannot be extended: {reason}"
    label = "cannot be read"

    @property
    def hint(self) -> str | None:
        return self.advice


class ExtendsCycle(Problem):
    """A spec extends itself, at once or by way of others.

    Move what the specs share into a spec that extends neither.

    Wrong:
        hebbdsl: 1
        experiment: child
        extends: spec.yaml  # the file's own name

    Right:
        hebbdsl: 1
        experiment: child
        extends: null
    """

    code = "HEB232"
    path: str
    chain: tuple[Span, ...] = declared(default=(), compare=False)
    """The places of the other links: compared, the cycle would be said once for each way in."""

    @property
    def title(self) -> str:
        if not self.chain:
            return f"{quoted(self.path)} extends itself"
        return f"{quoted(self.path)} extends itself by way of others"

    @property
    def label(self) -> str:
        return "extends itself" if not self.chain else "and so on in a circle"

    @property
    def related(self) -> tuple[Related, ...]:
        return tuple(Related(span, "extended here") for span in self.chain)

    hint = "move what they share into a spec that extends neither"


class TooManyParents(Problem):
    """A chain of parents is longer than 32 specs.

    Extend one of the earlier ones, and say what differs from it.

    Wrong:
        hebbdsl validate thirty_fourth_of_a_chain.yaml

    Right:
        hebbdsl validate specs/omniglot_curriculum.yaml
    """

    code = "HEB233"
    title = f"the chain of parents is longer than {MOST_PARENTS} specs"
    label = "one too many"
    hint = "extend an earlier spec of the chain"


class NothingToRemove(Problem):
    """A variant is set to `null`, which removes an inherited one, but none of that name is
    inherited.

    Wrong:
        variants:
          raw: null

    Right:
        variants:
          raw: {}
    """

    code = "HEB234"
    variant: str
    inherited: tuple[str, ...]
    extends: bool

    title = "there is no inherited variant {variant!q} to remove"
    label = "nothing to remove"

    @property
    def hint(self) -> str | None:
        if not self.extends:
            return "write `{}` for the setup as written"
        known = (
            f"inherited: {plain_list(self.inherited)}" if self.inherited else "none is inherited"
        )
        return suggestion(self.variant, self.inherited, known)


class ExtendsLate(Problem):
    """`extends` stands where the parents have long been read: in `--set`.

    Which spec a spec extends is part of what it is.

    Wrong:
        hebbdsl show --set extends=other.yaml specs/omniglot_curriculum.yaml

    Right:
        hebbdsl show specs/omniglot_curriculum.yaml
    """

    code = "HEB235"
    title = "`--set` cannot change `extends`"
    label = "only in the file"
    hint = "write `extends` in the spec"


class NoVariantToChange(Problem):
    """A path changes a field of a variant that there is not.

    Only a variant that is inherited, or written in the same file, can be changed by a path.

    Wrong:
        variants:
          raw: {}
        variants.rwa.output.rescale: none

    Right:
        variants:
          raw: {}
        variants.raw.output.rescale: none
    """

    code = "HEB236"
    variant: str
    known: tuple[str, ...]

    title = "there is no variant {variant!q} to change"
    label = "unknown variant"

    @property
    def hint(self) -> str | None:
        known = f"variants: {plain_list(self.known)}" if self.known else "there are no variants"
        return suggestion(self.variant, self.known, known)


class NotSayable(Problem):
    """A field of an experiment made in Python holds an object that no spec can say.

    A spec says numbers, texts, `True`, `False`, `None`, tuples, conditions, claims and parts. Turn
    numbers of other libraries into Python's with `int(…)` or `float(…)`.

    Wrong:
        hebbdsl.check_spec(replace(experiment, seeds=(numpy.int64(3),)))

    Right:
        hebbdsl.check_spec(replace(experiment, seeds=(3,)))
    """

    code = "HEB237"
    field: str
    found: str

    title = "{field!q} holds {found!q}, which no spec can say"
    hint = "numbers, texts, True, False, None, tuples, conditions, claims and parts can be said"
