"""The folder of a run: what is written into it, and what is believed of it when it is read.

    runs/<experiment>/<variant>/seed-<n>-<hash8>/
        spec.json             the resolved setup
        metrics.jsonl         a line an evaluation, appended
        weights.safetensors   weights and buffers: on text the best so far, else the final ones
        record.json           written last; holds the digests of the others and of itself
        .lock                 held by the process that writes
        .unfinished           there while the run is under way, and after it was cut short

What is written here stays here: no link at or below `runs/<experiment>` is followed. Signals wait
until it is whole.
"""

from __future__ import annotations

import errno
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hebbdsl import interrupts
from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.program.identity import canonical_json
from hebbdsl.run.file_limits import LARGEST_FILE, LARGEST_LOG, fault_of
from hebbdsl.run.problems import AlteredRecord, Busy, LinkInside, NoRecords, Unwritable
from hebbdsl.run.record import Evaluation, Record
from hebbdsl.run.record_json import (
    EVALUATION_SCHEMA,
    RECORD_SCHEMA,
    SETUP_SCHEMA,
    evaluation_from_json,
    evaluation_to_json,
    record_from_json,
    record_to_json,
)
from hebbdsl.writing import (
    LinkFound,
    Lock,
    LockHeld,
    atomic_file,
    make_folders,
    sweep,
    sync_folder,
    write_atomically,
)

if TYPE_CHECKING:
    from torch import Tensor

    from hebbdsl.program.program import Program

RECORD, METRICS, WEIGHTS, SETUP = "record.json", "metrics.jsonl", "weights.safetensors", "spec.json"
UNFINISHED, LOCK = ".unfinished", ".lock"


class RunFolder:
    """The folder of one run. Writing goes to a temporary name, is synced, and renamed.

    Args:
        identity: that of the run which belongs here; None: any record is believed.
        out: the folder of all runs, which may be a link; None: the one that `path` is in.
    """

    def __init__(self, path: Path, identity: str | None = None, out: Path | None = None) -> None:
        self.path = path
        self._identity = identity
        self._out = path.parent if out is None else out
        self._lock: Lock | None = None

    @staticmethod
    def of(out: Path, experiment: str, variant: str, seed: int, identity: str) -> RunFolder:
        path = out / experiment / variant / f"seed-{seed}-{identity[:8]}"
        return RunFolder(path, identity, out)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the run against other processes, and other threads of this one.

        Raises: Rejected, with HEB532 when the folder can't be made, HEB523 when a link stands in
            its place, HEB533 when another holds it.
        """
        with self._writing():
            self._take()
        try:
            yield
        finally:
            self._give_back()

    def _take(self) -> None:
        make_folders(self._out, self.path)
        lock = Lock(self.path / LOCK)
        try:
            lock.acquire()
        except LockHeld as held:
            left = None if held.left is None else str(held.left)
            problem = Busy(place=str(self.path), holder=held.holder, left=left)
            raise Rejected([problem]) from held
        self._lock = lock

    def _give_back(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def was_started(self) -> bool:
        return (self.path / METRICS).exists()

    @property
    def has_record(self) -> bool:
        """Since `start`, which removes an earlier one, it is that of the run then started."""
        return (self.path / RECORD).exists()

    @property
    def lost_its_record(self) -> bool:
        """Whether weights of a run that ended are here, and its record is not: somebody removed it,
        or the run was killed just before it was written."""
        here = (self.path / name for name in (RECORD, UNFINISHED))
        return (self.path / WEIGHTS).exists() and not any(path.exists() for path in here)

    def start(self, setup: Mapping[str, Any]) -> None:
        """Start from step 0: what an earlier, unfinished try left is removed.

        Weights that may be those of a finished run are not: their folder is set aside.
        """
        if self.lost_its_record:
            said = f"{self.path} has weights and no record: they are kept in {self.set_aside()}"
            warnings.warn(said, stacklevel=2)
        with self._writing():
            write_atomically(self.path / UNFINISHED, b"")
            for name in (RECORD, METRICS, WEIGHTS):
                (self.path / name).unlink(missing_ok=True)
                sweep(self.path, name)
            write_atomically(self.path / SETUP, _written(setup))
            write_atomically(self.path / METRICS, b"")

    def append(self, evaluation: Evaluation) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        line = canonical_json(evaluation_to_json(evaluation)) + b"\n"
        with self._writing(), os.fdopen(os.open(self.path / METRICS, flags, 0o666), "ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def save_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Keep these weights, in the place of earlier ones; no copy of them is made in memory."""
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        with self._writing(), atomic_file(self.path / WEIGHTS, apart=True) as temporary:
            try:
                save_file(dict(weights), temporary)
            except SafetensorError as error:
                raise OSError(str(error)) from error

    def load_weights(self, program: Program) -> None:
        """Copy the final weights into a program.

        Raises: Rejected, with HEB534, when they are not there, or those of other shapes.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            found = load_file(self.path / WEIGHTS)
        except (OSError, SafetensorError) as error:
            raise self._altered(WEIGHTS, f"it can't be read ({error})") from error
        try:
            program.load(found)
        except ValueError as error:
            raise self._altered(WEIGHTS, f"it holds weights of another model: {error}") from error

    def finish(self, record: Record) -> None:
        """Write the record, sealed with the digests of the other files and its own."""
        with self._writing():
            body = record_to_json(record)
            body["files"] = {
                name: _digest_of(self.path / name)
                for name in (SETUP, METRICS, WEIGHTS)
                if (self.path / name).exists()
            }
            body["seal"] = _digest(canonical_json(body))
            # First this: whoever is killed in between has the weights set aside, not removed.
            (self.path / UNFINISHED).unlink(missing_ok=True)
            sync_folder(self.path)
            write_atomically(self.path / RECORD, _written(body))

    def set_aside(self) -> Path | None:
        """Keep the folder as it is beside itself, under a name of its own; None: nothing was in it.

        It is renamed as a whole: whenever this ends, all of the old run is under one of the names.
        """
        if not any((self.path / name).exists() for name in (RECORD, METRICS, WEIGHTS, SETUP)):
            return None
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.replaced-{number}")).exists():
            number += 1
        with self._writing():
            held, self._lock = self._lock, None
            try:
                self._rename(aside, held)
                if held is not None:
                    self._take()
            finally:
                if held is not None:
                    held.release()
            for left in aside.glob(f"{LOCK}*"):
                left.unlink()
        return aside

    def _rename(self, aside: Path, held: Lock | None) -> None:
        try:
            self.path.rename(aside)
        except OSError:
            if held is None:
                raise
            # Some file systems rename no folder in which a file is open, as the lock's is.
            held.release()
            self.path.rename(aside)
        sync_folder(aside.parent)

    def read(self) -> Record | None:
        """The record with its evaluations; None: no record was written.

        Raises: Rejected, with HEB534, when a file is not what the run wrote.
        """
        path = self.path / RECORD
        try:
            written = _read(path, LARGEST_FILE)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            raise self._altered(RECORD, f"it can't be read ({error.strerror})") from error
        body = self._parsed(RECORD, written, RECORD_SCHEMA)
        self._verify(body)
        if self._identity not in (None, body["identity"]):
            raise self._altered(RECORD, "it is the record of another run")
        lines = self._content(METRICS, LARGEST_LOG).splitlines()
        evaluations = [self._parsed(METRICS, line, EVALUATION_SCHEMA) for line in lines]
        return record_from_json(
            body, self.path, tuple(evaluation_from_json(line) for line in evaluations)
        )

    def setup(self) -> dict[str, Any]:
        """The setup in full, fields that only say where data is found included.

        Raises: Rejected, with HEB534, when it holds anything else.
        """
        return self._parsed(SETUP, self._content(SETUP, LARGEST_FILE), SETUP_SCHEMA)

    def _content(self, name: str, most: int) -> bytes:
        try:
            return _read(self.path / name, most)
        except OSError as error:
            raise self._altered(name, f"it can't be read ({error.strerror})") from error

    def _parsed(self, name: str, written: bytes, schema: Mapping[str, Any]) -> dict[str, Any]:
        try:
            body: dict[str, Any] = json.loads(written)
            # Refuses what JSON has no number for: NaN, and 1e999.
            canonical_json(body)
        except (ValueError, RecursionError) as error:
            raise self._altered(name, f"it can't be read ({error})") from error
        if (reason := fault_of(body)) is not None:
            raise self._altered(name, f"it holds {reason}")
        fault = next(_validator()(schema).iter_errors(body), None)
        if fault is not None:
            raise self._altered(name, f"at {fault.json_path}: {fault.message[:200]}")
        return body

    def completed(self) -> Record | None:
        """The record of a run that was finished, or failed as it will again; None: there is none.

        Raises: Rejected, as `read` does.
        """
        record = self.read()
        return record if record is not None and record.status != "interrupted" else None

    def _verify(self, body: Mapping[str, Any]) -> None:
        unsealed = {key: value for key, value in body.items() if key != "seal"}
        if _digest(canonical_json(unsealed)) != body["seal"]:
            raise self._altered(RECORD, "its seal does not fit its content")
        for name, digest in body["files"].items():
            try:
                found = _digest_of(self.path / name)
            except OSError as error:
                raise self._altered(name, f"it can't be read ({error.strerror})") from error
            if found != digest:
                raise self._altered(name, "its content is not what the record was sealed with")

    def _altered(self, name: str, reason: str) -> Rejected:
        return Rejected([AlteredRecord(place=str(self.path / name), reason=reason)])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with interrupts.deferred():
                yield
        except OSError as error:
            if isinstance(error, LinkFound) or error.errno == errno.ELOOP:
                link = error.filename or self.path
                raise Rejected([LinkInside(place=str(link), out=str(self._out))]) from error
            reason = error.strerror or str(error)
            raise Rejected([Unwritable(place=str(self.path), reason=reason)]) from error


def find_runs(folder: Path) -> list[RunFolder]:
    """Every run with a record at or under `folder`, in order of path; replaced ones left out."""
    found = sorted(path.parent for path in folder.rglob(RECORD))
    return [RunFolder(path) for path in found if ".replaced-" not in path.name]


def read_records(folders: Sequence[Path]) -> list[Record]:
    """All records at or under folders.

    Raises: Rejected, with HEB536 when one holds none, HEB534 when one was altered.
    """
    found = {folder: find_runs(folder) for folder in folders}
    empty = [NoRecords(place=str(folder)) for folder, runs in found.items() if not runs]
    if empty:
        raise Rejected(empty)
    records = [run.read() for runs in found.values() for run in runs]
    return [record for record in records if record is not None]


@cache
def _validator() -> Any:
    """Of JSON Schema, but that 1.0 is no whole number: nothing can be counted with it."""
    from jsonschema import Draft202012Validator, validators

    def is_integer(_checker: object, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    extend: Any = validators.extend
    strict = Draft202012Validator.TYPE_CHECKER.redefine("integer", is_integer)
    return extend(Draft202012Validator, type_checker=strict)


def _written(value: object) -> bytes:
    """As ASCII: a path may hold bytes that are no letters of any encoding."""
    return json.dumps(value, indent=1).encode() + b"\n"


def _read(path: Path, most: int) -> bytes:
    """Raises: OSError, also for a file of more bytes than any run writes."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes")
    return content


def _digest_of(path: Path) -> str:
    """Raises: OSError."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
