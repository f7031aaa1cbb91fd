"""`extends`: the entries of a spec as changes to those of its parent, whatever their surfaces."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import field as declared
from dataclasses import replace
from pathlib import Path

from hebbdsl.diagnostics.diagnostic import Problem, Problems, Rejected, Related
from hebbdsl.diagnostics.wording import quoted
from hebbdsl.frozen import frozen
from hebbdsl.source import Source, Span
from hebbdsl.spec.changes import changes_of
from hebbdsl.spec.experiment import Experiment
from hebbdsl.spec.named_variants import with_named
from hebbdsl.spec.overriding import Overriding
from hebbdsl.spec.types import SectionOf, fields_of
from hebbdsl.spec.version import VERSION, version_problems
from hebbdsl.syntax import scalars
from hebbdsl.syntax.reading import NoSuchFile, read_source
from hebbdsl.syntax.surfaces import parse_tree
from hebbdsl.syntax.tree import Broken, Entry, Mapping, Node, Scalar, Tree

MOST_PARENTS = 32
"""How many parents, one the parent of the other, a spec has at most."""

EXTENDS, VARIANTS = "extends", "variants"

_NEVER_INHERITED = (VERSION, "experiment")
"""A file says these for itself: a child must not take its parent's name, and so its runs."""

Reading = Callable[[Path], Tree]
"""How the spec at a path is had. Raises: Rejected."""


def from_disk(path: Path) -> Tree:
    """The spec in a file."""
    return parse_tree(read_source(path))


@frozen
class Extended:
    """A spec with those that it extends made one.

    Attributes:
        root: all entries, those of the parents among them; each still stands where it was written.
        trees: the spec itself, its parent, and so on, as far as they could be read.
        parents: the sources of the parents, each with the place where the spec extends them.
    """

    root: Mapping
    trees: tuple[Tree, ...]
    parents: AbstractMapping[Source, Span]

    def noted(self, problem: Problem) -> Problem:
        """`problem`; where it stands in a parent, with the place that extends it beside."""
        place = problem.place
        if not isinstance(place, Span) or place.source not in self.parents:
            return problem
        link = Related(self.parents[place.source], "extended here")
        return problem if link in problem.elsewhere else _beside(problem, link)


def extended(tree: Tree, problems: Problems, reading: Reading = from_disk) -> Extended:
    """What `tree` says with what it inherits. What is wrong with parents is noted in `problems`."""
    chain = _Chain(problems, reading)
    root = chain.root_of(tree)
    links = {parent.source: chain.links[0] for parent in chain.trees[1:]}
    return Extended(root, tuple(chain.trees), links)


def extended_path(tree: Tree) -> Path | None:
    """The path of the spec that `tree` says it extends, be it there or not."""
    link = _link(tree.root)
    return None if link is None else _path(tree.source, link.text)


class _Chain:
    """A spec, its parent, the parent's parent … as they are read; and where each says the next."""

    def __init__(self, problems: Problems, reading: Reading) -> None:
        self.trees: list[Tree] = []
        self.links: list[Span] = []
        self._problems = problems
        self._reading = reading
        self._known: list[str] = []

    def root_of(self, tree: Tree) -> Mapping:
        """The entries of the newest spec of the chain, with those that it inherits."""
        self.trees.append(tree)
        self._known.append(_real(tree.source.name))
        said = tree.root.entry(EXTENDS)
        if said is None or _is_null(said.value):
            return _with_paths(tree.root, self._problems)
        link = _link(tree.root)
        if link is None:  # what else it is, the reader judges
            return _merged(_unknown(said.value.span), tree.root, self._problems)
        others = tuple(entry for entry in tree.root.entries if entry is not said)
        own = replace(tree.root, entries=others)
        place = _inside(link)
        self.links.append(place)
        parent = self._parent(_path(tree.source, link.text), link.text, place)
        inherited = _unknown(place) if parent is None else self._inherited(parent)
        return _merged(inherited, own, self._problems)

    def _inherited(self, parent: Tree) -> tuple[Entry, ...]:
        link = Related(self.links[0], "extended here")
        version = () if parent.root.lost else version_problems(parent.root)
        for problem in (*parent.problems, *version):
            self._problems.add(_beside(problem, link))
        root = self.root_of(parent)
        return tuple(entry for entry in root.entries if entry.key.text not in _NEVER_INHERITED)

    def _parent(self, path: Path, written: str, place: Span) -> Tree | None:
        """The spec at `path`; None where it can't be had, which is noted."""
        if (real := _real(str(path))) in self._known:
            others = tuple(self.links[self._known.index(real) : -1])
            self._problems.add(ExtendsCycle(place=place, path=written, chain=others))
            return None
        if len(self.links) > MOST_PARENTS:
            self._problems.add(TooManyParents(place=place))
            return None
        try:
            return self._reading(path)
        except Rejected as rejected:
            link = Related(self.links[0], "extended here")
            self._problems.extend(_unread(rejected.problems, written, place, link))
            return None


def _merged(inherited: tuple[Entry, ...], own: Mapping, problems: Problems) -> Mapping:
    """`inherited` with the entries of `own` as changes to it."""
    named = next((entry for entry in inherited if entry.key.text == VARIANTS), None)
    changes = changes_of(own)
    made = tuple(change for change in changes if change.path[0].text != VARIANTS)
    names = tuple(change for change in changes if change.path[0].text == VARIANTS)
    root = Overriding("", problems).apply(Experiment, replace(own, entries=inherited), made)
    return with_named(root, named, names, problems, extends=True)


def _with_paths(root: Mapping, problems: Problems) -> Mapping:
    """`root` with its entries whose keys are paths as changes to the others."""
    plain = tuple(entry for entry in root.entries if "." not in entry.key.text)
    others = (e for e in root.entries if "." in e.key.text or e.key.text == VARIANTS)
    changes = changes_of(replace(root, entries=tuple(others)))
    names = tuple(change for change in changes if change.path[0].text == VARIANTS)
    made = tuple(change for change in changes if change.path[0].text != VARIANTS)
    if made:
        root = Overriding("", problems).apply(Experiment, replace(root, entries=plain), made)
    return with_named(root, None, names, problems, extends=False)


def _unknown(place: Span) -> tuple[Entry, ...]:
    """What is inherited from a parent that can't be read: of that, nothing shall be said."""
    return tuple(
        Entry(
            Scalar(name, False, place),
            # What the child says of a section is judged, though not whether that is all of it.
            Mapping((), place, lost=True) if isinstance(field.type, SectionOf) else Broken(place),
        )
        for name, field in fields_of(Experiment).items()
        if name not in (*_NEVER_INHERITED, EXTENDS)
    )


def _link(root: Mapping) -> Scalar | None:
    """The value of `extends` where it is a text."""
    entry = root.entry(EXTENDS)
    value: Node | None = entry.value if entry is not None else None
    if not isinstance(value, Scalar) or value.missing:
        return None
    return value if value.quoted or not scalars.needs_quotes(value.text) else None


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.quoted and scalars.is_null(node.text)


def _inside(link: Scalar) -> Span:
    """The characters of a text without its quotes: what a fix replaces."""
    return link.part(0, len(link.text)) if link.text else link.span


def _path(source: Source, written: str) -> Path:
    """Relative to the folder of the file that says it; `~` is the user's own."""
    try:
        path = Path(source.name).parent / Path(written).expanduser()
    except RuntimeError:  # no such user
        path = Path(source.name).parent / written
    short = os.path.normpath(path)
    # Behind a symbolic link `..` leads elsewhere.
    return Path(short) if _real(short) == _real(str(path)) else path


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # no path at all: a NUL in it, say
        return path


def _unread(
    found: tuple[Problem, ...], written: str, place: Span, link: Related
) -> Iterator[Problem]:
    for problem in found:
        if isinstance(problem.place, Span):
            yield _beside(problem, link)
        elif isinstance(problem, NoSuchFile):
            near = problem.near
            if near is not None:
                near = os.path.join(os.path.dirname(written), os.path.basename(near))
            yield NoParent(place=place, path=written, near=near)
        else:
            yield ParentUnread(place=place, path=written, reason=problem.title, advice=problem.hint)


def _beside(problem: Problem, link: Related) -> Problem:
    return replace(problem, resolved=(*problem.elsewhere, link))


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

    fix = "{near}"


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
    hint = "{advice}"


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
