"""A file is written whole, or stays as it was."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from hebbdsl.writing import LinkFound, atomic_file, make_folders, write_atomically


def test_parts_become_one_file_in_a_folder_that_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, b"one ", memoryview(b"two"))
    assert path.read_bytes() == b"one two"
    assert [*path.parent.iterdir()] == [path]


def test_permissions_are_kept_and_links_of_the_user(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to("file")
    write_atomically(link, b"new", through_links=True)
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "link"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_that_is_not_the_users_is_replaced(tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link"
    victim.write_bytes(b"precious")
    link.symlink_to(victim)
    write_atomically(link, b"new")
    assert (link.is_symlink(), link.read_bytes(), victim.read_bytes()) == (
        False,
        b"new",
        b"precious",
    )


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o002, 0o664)])
@pytest.mark.parametrize("apart", [False, True])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(
    tmp_path: Path, umask: int, mode: int, apart: bool
) -> None:
    """Also where a library makes a file of its own, for its user alone, and renames it."""
    before = os.umask(umask)
    try:
        with atomic_file(tmp_path / "file", apart=apart) as temporary:
            other = temporary.with_name("private")
            os.close(os.open(other, os.O_CREAT | os.O_WRONLY, 0o600))
            other.replace(temporary)
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


def test_the_file_is_synced_before_it_is_renamed_and_the_folder_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []

    def sync(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        synced.append(("folder" if is_folder else "file", (tmp_path / "file").exists()))

    monkeypatch.setattr(os, "fsync", sync)
    write_atomically(tmp_path / "file", b"new")
    assert synced == [("file", False), ("folder", True)]


def test_what_killed_writers_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    (tmp_path / ".file.4711").write_bytes(b"half")
    (tmp_path / ".file.0a1b2c3d").mkdir()
    (tmp_path / ".file.0a1b2c3d" / "new").write_bytes(b"half")
    (tmp_path / ".file.notes").write_bytes(b"a user's own")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").write_bytes(b"")
    (tmp_path / ".file.00000000").symlink_to("elsewhere")
    write_atomically(tmp_path / "file", b"new")
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {"file", ".file.notes", "elsewhere"}
    assert [*(tmp_path / "elsewhere").iterdir()]


def test_what_another_writer_has_under_way_is_left_alone(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "file") as first:
        write_atomically(tmp_path / "file", b"second")
        first.write_bytes(b"first")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"first"


def test_a_folder_that_is_locked_by_whoever_started_the_program_is_written_into(
    tmp_path: Path,
) -> None:
    """As by `flock . hebbdsl fmt spec.yaml`."""
    lock = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_atomically(tmp_path / "file", b"new")
    finally:
        os.close(lock)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_folders_are_made_below_the_first_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    (tmp_path / "out").symlink_to("large")
    make_folders(tmp_path / "out", tmp_path / "out" / "a" / "b")
    assert (tmp_path / "large" / "a" / "b").is_dir()
    (tmp_path / "large" / "c").symlink_to("a")
    with pytest.raises(LinkFound) as caught:
        make_folders(tmp_path / "out", tmp_path / "out" / "c" / "d")
    assert caught.value.filename == str(tmp_path / "out" / "c")
    assert not (tmp_path / "large" / "a" / "d").exists()
