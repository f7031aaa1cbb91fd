"""A user without a home folder, as in many containers, has a cache folder for the time being."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CODE = """
import os, pwd, subprocess, sys
from pathlib import Path

def none(*_): raise KeyError("uid not found")
pwd.getpwuid = pwd.getpwnam = none
from hebbdsl.parts.datasets.files import cache_folder

folder = cache_folder()
assert folder == cache_folder() and folder.is_absolute(), folder
folder.mkdir()
child = "from hebbdsl.parts.datasets.files import cache_folder; print(cache_folder())"
found = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True)
assert (found.stdout, found.stderr) == (f"{folder}\\n", ""), found
print(folder)
"""


def test_a_user_without_a_home_has_a_cache_folder_until_the_program_ends(tmp_path: Path) -> None:
    names = ("HOME", "XDG_CACHE_HOME", "USERPROFILE")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    root = Path(__file__).parents[3]
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    (line,) = result.stderr.splitlines()
    assert line.startswith("no home folder is known")
    assert "XDG_CACHE_HOME" in line
    folder = Path(result.stdout.strip())
    assert str(folder.parent) in line
    assert not folder.parent.exists(), "it is gone with the program"
    assert not [*tmp_path.iterdir()], "nothing is put where the program was called"
