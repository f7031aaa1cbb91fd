"""HEB545–HEB549: the language server."""

from __future__ import annotations

from hebbdsl.diagnostics.diagnostic import Problem


class NoServer(Problem):
    """The language server can't start, since what it speaks the protocol with is not installed.

    Install it with `pip install 'hebbdsl[lsp]'`, into the environment that `hebbdsl` is in.

    Wrong:
        hebbdsl lsp      # after `pip install hebbdsl`

    Right:
        hebbdsl lsp      # after `pip install 'hebbdsl[lsp]'`
    """

    code = "HEB545"
    missing: str

    title = "the language server needs `{missing}`, which is not installed"
    hint = "install it with `pip install 'hebbdsl[lsp]'`"
