"""Files that are atomic_file or not there, and locks on them."""

from hebbdsl.writing.atomic import (
    LinkFound,
    atomic_file,
    make_folders,
    sweep,
    sync_folder,
    write_atomically,
)
from hebbdsl.writing.locks import Lock, LockHeld

__all__ = [
    "LinkFound",
    "Lock",
    "LockHeld",
    "atomic_file",
    "make_folders",
    "sweep",
    "sync_folder",
    "write_atomically",
]
