"""Files that are whole or not there, and locks on them."""

from hebbdsl.writing.locks import Held, Lock
from hebbdsl.writing.whole import LinkFound, make_folders, sweep, sync_folder, whole, write_whole

__all__ = [
    "Held",
    "LinkFound",
    "Lock",
    "make_folders",
    "sweep",
    "sync_folder",
    "whole",
    "write_whole",
]
