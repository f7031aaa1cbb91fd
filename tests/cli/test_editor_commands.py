"""`hebbdsl schema` and `hebbdsl lsp` at the command line."""

from __future__ import annotations

import json
import subprocess
import sys

from hebbdsl.spec.schema import spec_schema


def test_schema_prints_the_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hebbdsl", "schema"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == spec_schema()


def test_without_pygls_it_is_said_how_to_get_it() -> None:
    program = (
        "import sys; sys.modules['pygls'] = None; sys.modules['lsprotocol'] = None\n"
        "sys.argv = ['hebbdsl', 'lsp']\n"
        "from hebbdsl.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert "HEB545" in done.stderr
    assert "pip install 'hebbdsl[lsp]'" in done.stderr
    assert done.stdout == ""


def test_the_server_loads_no_torch() -> None:
    program = "import sys, hebbdsl.editor.server; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
