"""What an opened data set is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hebbdsl.frozen import frozen

if TYPE_CHECKING:
    from hebbdsl.parts.part import Facts


@frozen(eq=False, slots=False)
class Content:
    """A data set that has been found and verified.

    Attributes:
        word: the data set's word (`omniglot`).
        origin: where it came from, for people: a path, an address, "rendered".
        fingerprint: hex digest of the decoded content, the same whatever container it came in.
    """

    word: str
    origin: str
    fingerprint: str

    def facts(self) -> Facts | None:
        """What is known of the data now that it has been read; None: what was published."""
        return None
