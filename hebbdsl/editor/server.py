"""A language server: what editors ask over the protocol, answered by the functions beside it.

The only module that knows the protocol. It never ends because of a text: an internal fault is
logged, and its request answered with nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from hebbdsl import __version__
from hebbdsl.diagnostics.diagnostic import Problem, Rejected, Severity
from hebbdsl.diagnostics.escaping import visible
from hebbdsl.editor.code_actions import Edit, code_actions_at, formatting_edit
from hebbdsl.editor.completion import Candidate, Sort, completion_at
from hebbdsl.editor.cursor import place_at
from hebbdsl.editor.definition import definition_at, is_variant_name, uses_of, variant_at
from hebbdsl.editor.document import Document, is_spec
from hebbdsl.editor.hover import hover_at, word_around
from hebbdsl.editor.positions import Position, Units, offset_at, position_of
from hebbdsl.editor.symbols import Symbol, symbols_of
from hebbdsl.editor.workspace import Workspace
from hebbdsl.source import Span
from hebbdsl.syntax.surfaces import TEXT_ENDING

PAUSE = 0.05
"""Seconds without a change after which texts are examined: no more often than someone types."""

_log = logging.getLogger("hebbdsl")

_KINDS = {
    Sort.SECTION: lsp.CompletionItemKind.Module,
    Sort.FIELD: lsp.CompletionItemKind.Field,
    Sort.WORD: lsp.CompletionItemKind.Class,
    Sort.VALUE: lsp.CompletionItemKind.Value,
    Sort.METRIC: lsp.CompletionItemKind.Function,
    Sort.VARIANT: lsp.CompletionItemKind.Variable,
    Sort.FILE: lsp.CompletionItemKind.File,
}

F = TypeVar("F", bound=Callable[..., Any])


def start() -> None:
    """Serve one editor over standard input and output, until it says goodbye."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with os.fdopen(os.dup(0), "rb") as stdin, os.fdopen(os.dup(1), "wb") as stdout:
        # The protocol has the stream to itself: whatever is printed goes elsewhere.
        os.dup2(2, 1)
        build_server().start_io(stdin, stdout)


def build_server() -> LanguageServer:
    """The server with everything that it can be asked."""
    server = LanguageServer(
        "hebbdsl", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full
    )
    session = _Session(server)
    completion = lsp.CompletionOptions(trigger_characters=[".", "(", "{", "[", "=", ",", " "])
    fixes = lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
    requests: tuple[tuple[str, Callable[..., Any], object], ...] = (
        (lsp.TEXT_DOCUMENT_DID_OPEN, session.opened, None),
        (lsp.TEXT_DOCUMENT_DID_CHANGE, session.changed, None),
        (lsp.TEXT_DOCUMENT_DID_CLOSE, session.closed, None),
        (lsp.TEXT_DOCUMENT_DID_SAVE, session.disk_changed, None),
        (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, session.disk_changed, None),
        (lsp.TEXT_DOCUMENT_COMPLETION, session.completion, completion),
        (lsp.TEXT_DOCUMENT_HOVER, session.hover, None),
        (lsp.TEXT_DOCUMENT_DEFINITION, session.definition, None),
        (lsp.TEXT_DOCUMENT_REFERENCES, session.references, None),
        (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, session.symbols, None),
        (lsp.TEXT_DOCUMENT_CODE_ACTION, session.code_actions, fixes),
        (lsp.TEXT_DOCUMENT_FORMATTING, session.formatting, None),
        (lsp.TEXT_DOCUMENT_PREPARE_RENAME, session.prepare_rename, None),
        (lsp.TEXT_DOCUMENT_RENAME, session.rename, lsp.RenameOptions(prepare_provider=True)),
    )
    for method, answer, options in requests:
        server.feature(method, options)(_guarded(answer))
    return server


def _guarded(answer: F) -> F:
    """An internal fault is logged, and the server lives on."""

    @wraps(answer)
    def guarded(params: Any) -> Any:
        try:
            return answer(params)
        except Exception:
            _log.exception("internal fault in %s", answer.__name__)
            return None

    return guarded  # type: ignore[return-value]


class _Session:
    """The open texts of one editor, and how it counts and what it can show."""

    def __init__(self, server: LanguageServer) -> None:
        self.server = server
        self.workspace = Workspace()
        self._published: dict[str, Document] = {}
        self._waiting: asyncio.TimerHandle | None = None

    @property
    def units(self) -> Units:
        named = self.server.workspace.position_encoding or Units.UTF_16.value
        return Units(named.value if isinstance(named, lsp.PositionEncodingKind) else named)

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        self.workspace.put(item.uri, _name(item.uri, item.language_id), item.text, item.version)
        self._publish()

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        item = params.text_document
        for change in params.content_changes[-1:]:
            self.workspace.change(item.uri, change.text, item.version)
        self._publish_soon()

    def closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        self.workspace.take(uri)
        self._published.pop(uri, None)
        self.server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self._publish_soon()

    def disk_changed(self, _: object) -> None:
        self.workspace.outdate()
        self._publish_soon()

    def _publish_soon(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().call_later(PAUSE, self._publish)

    def _publish(self) -> None:
        """The problems of every text that is not as it was when they were last told."""
        for address in self.workspace.addresses():
            try:
                document = self.workspace.document(address)
                if document is None or self._published.get(address) is document:
                    continue
                self._published[address] = document
                told = document.problems if is_spec(document.source) else ()
                diagnostics = [self._diagnostic(document, problem) for problem in told]
            except Exception:
                _log.exception("internal fault in examining %s", address)
                continue
            self.server.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(address, diagnostics, self.workspace.version(address))
            )

    def _diagnostic(self, document: Document, problem: Problem) -> lsp.Diagnostic:
        places = [(problem.place, problem.label)]
        places += [(related.place, related.label) for related in problem.elsewhere]
        own = next(
            (p for p, _ in places if isinstance(p, Span) and p.source is document.source),
            Span(document.source, 0, 0),
        )
        related = [
            lsp.DiagnosticRelatedInformation(self._location(place), visible(label or problem.title))
            for place, label in places
            if isinstance(place, Span)
            and place is not own
            and Path(place.source.name).is_absolute()
        ]
        message = "\n".join(visible(said) for said in (problem.title, problem.hint) if said)
        error = problem.severity is Severity.ERROR
        return lsp.Diagnostic(
            range=self._range(own),
            message=message,
            severity=lsp.DiagnosticSeverity.Error if error else lsp.DiagnosticSeverity.Warning,
            code=problem.code,
            source="hebbdsl",
            related_information=related or None,
        )

    def completion(self, params: lsp.CompletionParams) -> lsp.CompletionList | None:
        found = self._at(params)
        if found is None:
            return None
        document, offset = found
        completion = completion_at(document.source, offset, document.drafts)
        if completion is None:
            return lsp.CompletionList(False, [])
        where = self._range(Span(document.source, completion.start, completion.end))
        return lsp.CompletionList(
            False,
            [
                self._item(candidate, index, where)
                for index, candidate in enumerate(completion.candidates)
            ],
        )

    def _item(self, candidate: Candidate, index: int, where: lsp.Range) -> lsp.CompletionItem:
        snippet = "$1" in candidate.insert
        text = candidate.insert
        if snippet and not self._takes_snippets():
            snippet, text = False, text.replace("$1", "")
        page = lsp.MarkupContent(lsp.MarkupKind.Markdown, candidate.page)
        return lsp.CompletionItem(
            label=candidate.label,
            kind=_KINDS[candidate.sort],
            detail=candidate.detail or None,
            documentation=page if candidate.page else None,
            sort_text=f"{index:04}",
            filter_text=candidate.label,
            text_edit=lsp.TextEdit(where, text),
            insert_text_format=(
                lsp.InsertTextFormat.Snippet if snippet else lsp.InsertTextFormat.PlainText
            ),
        )

    def _takes_snippets(self) -> bool:
        text = self.server.client_capabilities.text_document
        item = text.completion.completion_item if text and text.completion else None
        return bool(item and item.snippet_support)

    def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        found = self._at(params)
        if found is None or (hover := hover_at(*found)) is None:
            return None
        page = lsp.MarkupContent(lsp.MarkupKind.Markdown, hover.page)
        return lsp.Hover(page, self._range(Span(found[0].source, hover.start, hover.end)))

    def definition(self, params: lsp.DefinitionParams) -> lsp.Location | None:
        found = self._at(params)
        target = definition_at(*found) if found is not None else None
        if found is None or target is None:
            return None
        if isinstance(target, Span):
            return self._location(target, found[0], params.text_document.uri)
        begin = lsp.Position(0, 0)
        return lsp.Location(from_fs_path(str(target.absolute())) or "", lsp.Range(begin, begin))

    def references(self, params: lsp.ReferenceParams) -> list[lsp.Location]:
        uri = params.text_document.uri
        found = self._variant(params)
        return [self._location(use, found[0], uri) for use in found[2]] if found else []

    def prepare_rename(self, params: lsp.PrepareRenameParams) -> lsp.Range | None:
        found = self._variant(params)
        return self._range(found[1]) if found else None

    def rename(self, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        found = self._variant(params)
        if found is None or not is_variant_name(params.new_name):
            return None
        edits = [Edit(use, params.new_name) for use in found[2]]
        return self._workspace_edit(params.text_document.uri, edits)

    def _variant(self, params: Any) -> tuple[Document, Span, tuple[Span, ...]] | None:
        """The variant's name at the cursor, and everywhere it stands, if it is this text's."""
        found = self._at(params)
        place = place_at(found[0].source, found[1]) if found is not None else None
        if found is None or place is None or (name := variant_at(found[0], place)) is None:
            return None
        uses = uses_of(found[0], name)
        here = Span(found[0].source, *word_around(place))
        return (found[0], here, uses) if any(use.start == here.start for use in uses) else None

    def symbols(self, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = self.workspace.document(params.text_document.uri)
        if document is None or not is_spec(document.source):
            return []
        return [self._symbol(symbol) for symbol in symbols_of(document.source)]

    def _symbol(self, symbol: Symbol) -> lsp.DocumentSymbol:
        variant = symbol.is_variant
        return lsp.DocumentSymbol(
            name=symbol.name,
            detail=symbol.detail or None,
            kind=lsp.SymbolKind.Variable if variant else lsp.SymbolKind.Field,
            range=self._range(symbol.whole),
            selection_range=self._range(symbol.key),
            children=[self._symbol(child) for child in symbol.children],
        )

    def code_actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document = self.workspace.document(params.text_document.uri)
        if document is None:
            return []
        start, end = (
            offset_at(document.source, Position(p.line, p.character), self.units)
            for p in (params.range.start, params.range.end)
        )
        return [
            lsp.CodeAction(
                title=visible(action.title),
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[self._diagnostic(document, action.problem)],
                is_preferred=action.preferred,
                edit=self._workspace_edit(params.text_document.uri, [action.edit]),
            )
            for action in code_actions_at(document, start, end)
        ]

    def formatting(self, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
        from hebbdsl.spec.formatting import formatted
        from hebbdsl.spec.printing import surface_of

        document = self.workspace.document(params.text_document.uri)
        if document is None or document.tree is None or not is_spec(document.source):
            return None
        try:
            printed = formatted(document.tree, surface_of(document.source.name))
        except Rejected:
            return None
        edit = formatting_edit(document.source, printed)
        return [lsp.TextEdit(self._range(edit.span), edit.text)] if edit is not None else []

    def _at(self, params: Any) -> tuple[Document, int] | None:
        """The document and the offset that a request is about."""
        document = self.workspace.document(params.text_document.uri)
        if document is None or not is_spec(document.source):
            return None
        position = Position(params.position.line, params.position.character)
        return document, offset_at(document.source, position, self.units)

    def _range(self, span: Span) -> lsp.Range:
        start = position_of(span.source, span.start, self.units)
        end = position_of(span.source, span.end, self.units)
        return lsp.Range(
            lsp.Position(start.line, start.character), lsp.Position(end.line, end.character)
        )

    def _location(
        self, span: Span, document: Document | None = None, uri: str | None = None
    ) -> lsp.Location:
        if document is None or uri is None or span.source.name != document.source.name:
            uri = from_fs_path(span.source.name) or span.source.name
        return lsp.Location(uri, self._range(span))

    def _workspace_edit(self, uri: str, edits: list[Edit]) -> lsp.WorkspaceEdit:
        changes: list[lsp.TextEdit | lsp.AnnotatedTextEdit | lsp.SnippetTextEdit] = [
            lsp.TextEdit(self._range(edit.span), edit.text) for edit in edits
        ]
        version = self.workspace.version(uri)
        item = lsp.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
        return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(item, changes)])


def _name(uri: str, language: str) -> str:
    """The path of a file, or a name for a text that is none; its ending says the surface."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    if path:
        return path
    name = Path(unquote(urlsplit(uri).path)).name or "untitled"
    ending = ".yaml" if language == "yaml" else TEXT_ENDING
    return name if name.lower().endswith((TEXT_ENDING, ".yaml", ".yml")) else name + ending
