"""An editor's side of the Language Server Protocol: a real client that waits for its answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from tests.effort import PATIENCE


class Editor:
    """Starts a server and speaks to it over stdio. Each call waits for its answer.

    Attributes:
        shown: what the server said to the person at the screen.
        settings: the answers to `workspace/configuration`, by section.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, settings: dict[str, Any] | None = None
    ) -> None:
        self.command = command
        self.folder = folder
        self.settings = settings or {}
        self.shown: list[str] = []
        self.server: lsp.InitializeResult
        self._client = LanguageClient("test", "1")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._published: dict[str, lsp.PublishDiagnosticsParams] = {}
        self._news = threading.Condition()
        self._versions: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._listen()
        self._thread.start()
        self._wait(self._client.start_io(*self.command, cwd=str(self.folder)))
        capabilities = lsp.ClientCapabilities(
            workspace=lsp.WorkspaceClientCapabilities(
                configuration=True,
                workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True),
            ),
            text_document=lsp.TextDocumentClientCapabilities(
                publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(
                    related_information=True, version_support=True
                ),
                completion=lsp.CompletionClientCapabilities(
                    completion_item=lsp.ClientCompletionItemOptions(
                        snippet_support=True,
                        documentation_format=[lsp.MarkupKind.Markdown],
                    )
                ),
                hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown]),
                document_symbol=lsp.DocumentSymbolClientCapabilities(
                    hierarchical_document_symbol_support=True
                ),
                code_action=lsp.CodeActionClientCapabilities(
                    code_action_literal_support=lsp.ClientCodeActionLiteralOptions(
                        code_action_kind=lsp.ClientCodeActionKindOptions(value_set=["quickfix"])
                    )
                ),
            ),
        )
        uri = self.folder.as_uri()
        self.server = self.ask(
            "initialize",
            lsp.InitializeParams(
                capabilities=capabilities,
                root_uri=uri,
                workspace_folders=[lsp.WorkspaceFolder(uri, self.folder.name)],
            ),
        )
        self._client.initialized(lsp.InitializedParams())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ask("shutdown", None)
        self._tell("exit", None)
        self._wait(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _end(self) -> None:
        server = self._client._server
        assert server is not None
        await asyncio.wait_for(server.wait(), PATIENCE)
        await self._client.stop()
        server._transport.close()  # type: ignore[attr-defined]

    def _listen(self) -> None:
        @self._client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(_: LanguageClient, params: lsp.PublishDiagnosticsParams) -> None:
            with self._news:
                self._published[params.uri] = params
                self._news.notify_all()

        @self._client.feature(lsp.WORKSPACE_CONFIGURATION)
        def configuration(_: LanguageClient, params: lsp.ConfigurationParams) -> list[Any]:
            return [self.settings.get(item.section or "") for item in params.items]

        @self._client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def register(_: LanguageClient, __: lsp.RegistrationParams) -> None:
            return None

        @self._client.feature(lsp.WINDOW_SHOW_MESSAGE)
        @self._client.feature(lsp.WINDOW_LOG_MESSAGE)
        def show(_: LanguageClient, params: lsp.ShowMessageParams) -> None:
            self.shown.append(params.message)

    def open(self, path: Path, text: str, language: str = "yaml") -> str:
        """Open a buffer; nothing is written to the disk. Returns: its address."""
        uri = path.as_uri()
        self._versions[uri] = 1
        item = lsp.TextDocumentItem(uri=uri, language_id=language, version=1, text=text)
        self._tell("text_document_did_open", lsp.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str) -> int:
        """Replace the whole buffer. Returns: the new version."""
        self._versions[uri] += 1
        self._tell(
            "text_document_did_change",
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version=self._versions[uri], uri=uri),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            ),
        )
        return self._versions[uri]

    def close(self, uri: str) -> None:
        item = lsp.TextDocumentIdentifier(uri)
        self._tell("text_document_did_close", lsp.DidCloseTextDocumentParams(item))

    def discard_published(self, uri: str) -> None:
        """Wait for what is published from now on, whatever came before."""
        with self._news:
            self._published.pop(uri, None)

    def diagnostics(self, uri: str, version: int | None = None) -> Sequence[lsp.Diagnostic]:
        """What was published of a buffer (of that version of it), as soon as it was."""
        with self._news:
            there = self._news.wait_for(
                lambda: uri in self._published and version in (None, self._published[uri].version),
                PATIENCE,
            )
            assert there, f"nothing was published for {uri}"
            return self._published[uri].diagnostics

    def completions(self, uri: str, line: int, character: int) -> dict[str, lsp.CompletionItem]:
        found = self.ask(
            "text_document_completion", lsp.CompletionParams(*_at(uri, line, character))
        )
        items = found.items if isinstance(found, lsp.CompletionList) else found or []
        return {item.label: item for item in items}

    def hover(self, uri: str, line: int, character: int) -> lsp.Hover | None:
        found = self.ask("text_document_hover", lsp.HoverParams(*_at(uri, line, character)))
        assert found is None or isinstance(found, lsp.Hover)
        return found

    def ask(self, method: str, params: Any) -> Any:
        """The answer to a request."""

        async def request() -> Any:
            return await getattr(self._client, f"{method}_async")(params)

        return self._wait(request())

    def _tell(self, method: str, params: Any) -> None:
        self._loop.call_soon_threadsafe(getattr(self._client, method), params)

    def _wait(self, coroutine: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        return future.result(PATIENCE)


def _at(uri: str, line: int, character: int) -> tuple[lsp.TextDocumentIdentifier, lsp.Position]:
    return lsp.TextDocumentIdentifier(uri), lsp.Position(line, character)


def edited(text: str, edits: Sequence[lsp.TextEdit]) -> str:
    """The text with the edits made, as an editor would. Lines end at `\\n`, all is ASCII or BMP."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for edit in sorted(edits, key=lambda edit: (edit.range.start.line, edit.range.start.character))[
        ::-1
    ]:
        start = starts[edit.range.start.line] + edit.range.start.character
        end = starts[edit.range.end.line] + edit.range.end.character
        text = text[:start] + edit.new_text + text[end:]
    return text
