"""Web folders that a data set is fetched from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hebbdsl.diagnostics.diagnostic import At, Problem


def address_errors(addresses: Sequence[str]) -> Iterator[Problem]:
    """Those that are no addresses, at their places in the field `addresses`."""
    for index, address in enumerate(addresses):
        if not address.startswith(("https://", "http://")):
            yield NotAnAddress(place=At.field("addresses", index), address=address)


class NotAnAddress(Problem):
    """An address to fetch data from is not one of the web.

    It begins with `https://` or `http://` and names the folder that the files are in.

    Wrong:
        data:
          omniglot: {classes: 200, addresses: ["ftp://example.org/omniglot"]}

    Right:
        data:
          omniglot: {classes: 200, addresses: ["https://example.org/omniglot"]}
    """

    code = "HEB428"
    address: str

    title = "`{address}` is not a web address"
    label = "begins with neither https:// nor http://"
    hint = "for files on this machine set HEBBDSL_DATA to their folder"
