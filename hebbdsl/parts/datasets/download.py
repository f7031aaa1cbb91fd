"""Fetching files: resumable, each address in turn, a file that is whole and right or none."""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from hebbdsl.parts.datasets.files import locked
from hebbdsl.parts.reporter import Reporter

TIMEOUT = 10.0
"""Seconds of silence after which an address is given up."""

ATTEMPTS = 3
"""How often one address is asked for one file; each goes on where the last stopped."""

LARGEST = 1 << 28
"""Bytes beyond which an answer is not the file asked for."""

BLOCK = 1 << 16

Verify = Callable[[Path], str | None]
"""Says what is wrong with a fetched file; None: nothing."""


class FetchFailed(Exception):
    """No address served; `tried` has each with the reason."""

    def __init__(self, tried: Sequence[tuple[str, str]]) -> None:
        self.tried = tuple(tried)
        super().__init__("; ".join(f"{address}: {reason}" for address, reason in tried))


class Refused(Exception):
    """An address does not answer, or not with the file: asking again would not help."""


class Broken(Exception):
    """An answer stopped half-way: what has come is kept."""


def fetch(
    name: str, addresses: Sequence[str], folder: Path, verify: Verify, reporter: Reporter
) -> Path:
    """Fetch `name` into `folder` from the first address that serves it right.

    Bytes go to `name.part`, which a later call continues; once `verify` finds nothing wrong they
    are synced and renamed. Processes that want the same file wait for the one that fetches it.

    Raises: FetchFailed, when every address has failed; OSError, when nothing can be written.
    """
    path, part = folder / name, folder / f"{name}.part"
    with locked(folder / f"{name}.lock"):
        if path.exists():
            return path
        tried: list[tuple[str, str]] = []
        for address in addresses:
            reason = _fetch_from(f"{address.rstrip('/')}/{name}", part, verify, reporter)
            if reason is None:
                os.replace(part, path)
                return path
            tried.append((address, reason))
    raise FetchFailed(tried)


def _fetch_from(url: str, part: Path, verify: Verify, reporter: Reporter) -> str | None:
    """Fill `part` from one address. Why it did not work; None: it is there and right."""
    reason = ""
    for _ in range(ATTEMPTS):
        before = part.stat().st_size if part.exists() else 0
        try:
            _transfer(url, part, before, reporter)
        except Refused as error:
            return str(error)
        except Broken as error:
            reason = str(error)
            continue
        wrong = verify(part)
        if wrong is None:
            return None
        # Another address may have begun the file: only a file wholly from here condemns this one.
        part.unlink()
        reason = wrong
        if before == 0:
            return reason
    return reason


def _transfer(url: str, part: Path, start: int, reporter: Reporter) -> None:
    """Append to `part` what is missing of it. Raises: Refused, Broken."""
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "hebbdsl"})
    except ValueError as error:
        raise Refused(f"no proper address: {error}") from error
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            resumed = start > 0 and answer.status == 206
            length = answer.headers.get("Content-Length")
            done = start if resumed else 0
            total = done + int(length) if length and length.isdigit() else None
            with open(part, "ab" if resumed else "wb") as file:
                done = _copy(answer, file, done, total, url, reporter)
                file.flush()
                os.fsync(file.fileno())
    except urllib.error.HTTPError as error:
        with error:
            # The part is as long as the file, or longer: `verify` will show it.
            if error.code == 416 and start:
                return
            raise Refused(f"answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise Refused(_plain(error.reason)) from error
    except (TimeoutError, ConnectionError) as error:
        raise Refused(_plain(error)) from error
    except (http.client.HTTPException, ValueError) as error:
        raise Refused(f"no proper answer: {error}") from error
    if total is not None and done < total:
        raise Broken(f"stopped after {done} of {total} bytes")


def _copy(
    answer: http.client.HTTPResponse,
    file: IO[bytes],
    done: int,
    total: int | None,
    url: str,
    reporter: Reporter,
) -> int:
    name = url.rpartition("/")[2]
    while True:
        try:
            block = answer.read(BLOCK)
        except (OSError, http.client.HTTPException) as error:
            raise Broken(f"stopped after {done} bytes: {_plain(error)}") from error
        if not block:
            return done
        done += len(block)
        if done > LARGEST:
            raise Refused(f"more than {LARGEST} bytes: not the file asked for")
        file.write(block)
        reporter.advance(f"fetching {name}", done, total, "B")


def _plain(error: object) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
