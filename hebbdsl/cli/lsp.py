"""`hebbdsl lsp`: the language server, for editors to start."""

from __future__ import annotations


def lsp() -> None:
    """Serve an editor over standard input and output: both surfaces, as they are written."""
    try:
        from hebbdsl.editor.server import start
    except ModuleNotFoundError as error:
        from hebbdsl.cli.problems import NoServer
        from hebbdsl.diagnostics.diagnostic import Rejected

        missing = (error.name or "").partition(".")[0]
        if missing not in ("pygls", "lsprotocol", "cattrs", "attr", "attrs"):
            raise
        raise Rejected([NoServer(place=None, missing=missing)]) from None
    start()
