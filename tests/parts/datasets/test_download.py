"""Fetching from a server on this machine: resuming, cut answers, wrong content, dead addresses."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from tiny_omniglot import SETS, Tiny, zipped

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.parts.datasets import download
from hebbdsl.parts.datasets.download import FetchFailed, fetch
from hebbdsl.parts.datasets.omniglot_opening import open_published
from hebbdsl.parts.datasets.problems import DataMissing
from hebbdsl.parts.reporter import Quiet


@dataclass
class Server:
    """Serves `files`; what it was asked is in `asked`: path and the byte it began from."""

    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    cut_after: int | None = None
    """Bytes after which the next answer is dropped; later ones are whole."""
    ranges: bool = True


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            wanted = self.headers.get("Range") if server.ranges else None
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            server.asked.append((self.path, start))
            if name not in server.files:
                self.send_error(404)
                return
            body = server.files[name][start:]
            if wanted and not body:
                self.send_error(416)
                return
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut, server.cut_after = server.cut_after, None
            self.wfile.write(body if cut is None else body[:cut])

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _serve() -> Iterator[Server]:
    server = Server("")
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(server)) as http:
        server.address = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield server
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


server = pytest.fixture(_serve, name="server")
second = pytest.fixture(_serve, name="second")


@pytest.fixture
def closed() -> str:
    """An address where nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


CONTENT = bytes(np.random.default_rng(0).integers(0, 256, 300_000, np.uint8))


def right(path: Path) -> str | None:
    return None if path.read_bytes() == CONTENT else "wrong content"


class Heard(Quiet):
    def __init__(self) -> None:
        self.advances: list[tuple[str, int, int | None, str]] = []

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        self.advances.append((what, done, total, unit))


def test_fetches_and_tells_how_far(server: Server, tmp_path: Path) -> None:
    server.files["a.zip"] = CONTENT
    heard = Heard()
    path = fetch("a.zip", [server.address], tmp_path, right, heard)
    assert path.read_bytes() == CONTENT
    assert heard.advances[-1] == ("fetching a.zip", len(CONTENT), len(CONTENT), "B")
    assert not (tmp_path / "a.zip.part").exists()


def test_resumes_what_an_earlier_process_left(server: Server, tmp_path: Path) -> None:
    server.files["a.zip"] = CONTENT
    (tmp_path / "a.zip.part").write_bytes(CONTENT[:100_000])
    assert fetch("a.zip", [server.address], tmp_path, right, Quiet()).read_bytes() == CONTENT
    assert server.asked == [("/a.zip", 100_000)]


def test_resumes_a_cut_answer(server: Server, tmp_path: Path) -> None:
    server.files["a.zip"] = CONTENT
    server.cut_after = 70_000
    assert fetch("a.zip", [server.address], tmp_path, right, Quiet()).read_bytes() == CONTENT
    assert [start for _, start in server.asked] == [0, 70_000]


def test_server_without_ranges_starts_over(server: Server, tmp_path: Path) -> None:
    server.files["a.zip"] = CONTENT
    server.ranges = False
    (tmp_path / "a.zip.part").write_bytes(CONTENT[:100_000])
    assert fetch("a.zip", [server.address], tmp_path, right, Quiet()).read_bytes() == CONTENT


def test_part_that_is_already_whole(server: Server, tmp_path: Path) -> None:
    server.files["a.zip"] = CONTENT
    (tmp_path / "a.zip.part").write_bytes(CONTENT)
    assert fetch("a.zip", [server.address], tmp_path, right, Quiet()).read_bytes() == CONTENT


@pytest.mark.parametrize("left", [b"another file altogether", CONTENT + b"more"])
def test_foreign_part_is_thrown_away(server: Server, tmp_path: Path, left: bytes) -> None:
    server.files["a.zip"] = CONTENT
    (tmp_path / "a.zip.part").write_bytes(left)
    assert fetch("a.zip", [server.address], tmp_path, right, Quiet()).read_bytes() == CONTENT


def test_dead_then_missing_then_wrong_then_right(
    closed: str, server: Server, second: Server, tmp_path: Path
) -> None:
    server.files["a.zip"] = b"a page that says sorry"
    second.files["a.zip"] = CONTENT
    addresses = [closed, f"{server.address}/missing/b", server.address, second.address]
    server.files["b"] = b""
    assert fetch("a.zip", addresses, tmp_path, right, Quiet()).read_bytes() == CONTENT


def test_every_address_is_named_with_its_reason(
    closed: str, server: Server, second: Server, tmp_path: Path
) -> None:
    second.files["a.zip"] = b"wrong"
    addresses = [closed, server.address, second.address]
    with pytest.raises(FetchFailed) as caught:
        fetch("a.zip", addresses, tmp_path, right, Quiet())
    assert [address for address, _ in caught.value.tried] == addresses
    reasons = [reason for _, reason in caught.value.tried]
    assert "refused" in reasons[0]
    assert "404" in reasons[1]
    assert reasons[2] == "wrong content"
    assert not (tmp_path / "a.zip").exists()
    assert not (tmp_path / "a.zip.part").exists()


def test_an_address_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="no proper address"):
        fetch("file.zip", ["https://user:word@[::1/x"], tmp_path, lambda _: None, Quiet())


def test_silent_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 0.1)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(FetchFailed, match="timed out"):
            fetch("a.zip", [address], tmp_path, right, Quiet())


def test_answer_without_end_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "LARGEST", 1000)
    server.files["a.zip"] = CONTENT
    with pytest.raises(FetchFailed, match="more than 1000 bytes"):
        fetch("a.zip", [server.address], tmp_path, right, Quiet())


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"here")
    assert fetch("a.zip", [], tmp_path, right, Quiet()).read_bytes() == b"here"


def test_several_at_once_fetch_once(server: Server, tmp_path: Path) -> None:
    server.files["a.zip"] = CONTENT
    found: list[Path] = []

    def work() -> None:
        found.append(fetch("a.zip", [server.address], tmp_path, right, Quiet()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [tmp_path / "a.zip"] * 4
    assert len(server.asked) == 1


# As Omniglot uses it


def serve_sets(server: Server, tiny: Tiny) -> None:
    for name in SETS:
        server.files[f"{name}.zip"] = zipped(tiny.files[name])


@pytest.mark.usefixtures("cache")
def test_opening_fetches_into_the_cache(tiny: Tiny, server: Server, cache: Path) -> None:
    serve_sets(server, tiny)
    drawings, origin = open_published(tiny.published, (server.address,), Quiet())
    assert drawings.fingerprint() == tiny.published.fingerprint
    assert origin == str(cache / "tiny")
    open_published(tiny.published, (), Quiet())
    assert len(server.asked) == 2


@pytest.mark.usefixtures("cache")
def test_altered_content_moves_on_to_the_next_address(
    tiny: Tiny, server: Server, second: Server
) -> None:
    serve_sets(server, tiny)
    serve_sets(second, tiny)
    files = dict(tiny.files["images_background"])
    first, other = sorted(files)[:2]
    files[first], files[other] = files[other], files[first]
    server.files["images_background.zip"] = zipped(files)
    drawings, _ = open_published(tiny.published, (server.address, second.address), Quiet())
    assert drawings.fingerprint() == tiny.published.fingerprint
    assert [path for path, _ in second.asked] == ["/images_background.zip"]


@pytest.mark.usefixtures("cache")
def test_the_authors_zip_is_known_by_its_checksum(
    tiny: Tiny, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hebbdsl.parts.datasets import omniglot_opening

    serve_sets(server, tiny)
    md5 = {name: hashlib.md5(server.files[f"{name}.zip"]).hexdigest() for name in SETS}
    decoded: list[str] = []
    original = omniglot_opening.decode_set

    def count(files, *rest):  # type: ignore[no-untyped-def]
        decoded.append(files.place)
        return original(files, *rest)

    monkeypatch.setattr(omniglot_opening, "decode_set", count)
    open_published(replace(tiny.published, md5=md5), (server.address,), Quiet())
    assert len(decoded) == len(SETS)


@pytest.mark.usefixtures("data")
def test_only_the_missing_set_is_fetched(tiny: Tiny, server: Server, data: Path) -> None:
    serve_sets(server, tiny)
    tiny.write_zips(data, "images_background")
    open_published(tiny.published, (server.address,), Quiet())
    assert [path for path, _ in server.asked] == ["/images_evaluation.zip"]


def test_unwritable_cache_still_fetches(tiny: Tiny, server: Server, cache: Path) -> None:
    serve_sets(server, tiny)
    cache.write_text("a file stands where the folder should be")
    drawings, _ = open_published(tiny.published, (server.address,), Quiet())
    assert drawings.fingerprint() == tiny.published.fingerprint


@pytest.mark.usefixtures("cache")
def test_all_fail_names_addresses_and_ways_out(tiny: Tiny, closed: str, server: Server) -> None:
    server.files["images_background.zip"] = zipped(tiny.files["images_background"])
    with pytest.raises(Rejected) as caught:
        open_published(tiny.published, (closed, server.address), Quiet())
    (found,) = caught.value.problems
    assert isinstance(found, DataMissing)
    assert caught.value.exit_code == 3
    assert found.missing == ("images_evaluation",)
    assert closed in found.title
    assert "404" in found.title
    assert "HEBBDSL_DATA" in found.hint
    assert "fallback" in found.hint


def test_full_disk_is_said(
    tiny: Tiny, server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_sets(server, tiny)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Rejected, match="No space left") as caught:
        open_published(tiny.published, (server.address,), Quiet())
    assert isinstance(caught.value.problems[0], DataMissing)
    assert str(cache) in caught.value.problems[0].title
