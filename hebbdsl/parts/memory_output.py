"""What memories are asked beyond what every output is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, ClassVar

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.parts.part import Output

if TYPE_CHECKING:
    from hebbdsl.parts.neighbour_search import Searching


class MemoryOutput(Output):
    """An output that remembers activations with their labels."""

    __slots__ = ()
    grows: ClassVar[bool] = False
    """Whether it remembers all that it is shown, so that what it takes depends on the run."""

    @property
    def memory(self) -> MemoryOutput:
        return self

    @classmethod
    def reads_labels_with(cls, _fields: Mapping[str, object]) -> bool:
        """Whether, with these fields and defaults else, held-out tokens change it once scored."""
        return True

    @property
    def reads_labels(self) -> bool:
        """The same of the fields it has."""
        own = fields(self)  # type: ignore[arg-type]  # every word is a dataclass
        return self.reads_labels_with({one.name: getattr(self, one.name) for one in own})

    @property
    def remembers_train(self) -> bool:
        """Whether tokens of the train text predict a held-out one."""
        return False

    @property
    def learns(self) -> bool:
        return False

    @property
    def predicts_text(self) -> bool:
        return not self.reads_labels

    def size_field(self) -> str | None:
        """The field that says how much it remembers; None: there is none."""
        return None

    def bytes_grown(self, hidden: int, pairs: int) -> int:
        """Memory beyond that of `layers` once it remembers so many pairs."""
        return 0

    def bytes_read(self, hidden: int, words: int | None) -> int:
        """Memory for what it remembers of a held-out text of so many tokens, read as one stream.
        None: it is not known how many."""
        return 0

    def bytes_tuned(self, examples: int) -> int:
        """What is kept of so many validation examples while its settings are searched."""
        return 0

    def missing_for(self, work: Searching) -> Iterator[Problem]:
        """Software that so much work needs and that is not on this machine. Errors, at `At(...)`
        of this part."""
        yield from ()

    def long_work(self, work: Searching) -> Iterator[Problem]:
        """What of it takes too long as it is declared. Warnings, placed likewise."""
        yield from ()
