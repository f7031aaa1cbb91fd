"""Web folders that a data set is fetched from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hebbdsl.diagnostics.codes.dataset import NotAnAddress
from hebbdsl.diagnostics.diagnostic import At, Problem


def address_refusals(addresses: Sequence[str]) -> Iterator[Problem]:
    """Those that are no addresses, at their places in the field `addresses`."""
    for index, address in enumerate(addresses):
        if not address.startswith(("https://", "http://")):
            yield NotAnAddress(place=At.field("addresses", index), address=address)
