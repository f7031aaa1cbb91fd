"""Whatever the bytes of a spec, stages 1 to 4 give a result or problems that can be shown."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hebbdsl.diagnostics.render import render_json, render_lines, render_text
from hebbdsl.pipeline import inspect

SPEC = (Path(__file__).parents[2] / "specs" / "omniglot_curriculum.yaml").read_bytes()
PIECES = [
    b"\0",
    b"\t",
    b"{",
    b"}",
    b"[",
    b"]",
    b"'",
    b'"',
    b": ",
    b"- ",
    b"#",
    b"&a ",
    b"*a",
    b"!",
    b"\n",
    b"\r\n",
    b"> ",
    b"| ",
    b"%",
    b"null",
    b"true",
    b"1e9",
    b"..",
    b".",
    b"\xff",
    "é".encode(),
    "\u202e".encode(),
    b"<<: ",
    b"? ",
    b"---\n",
    b"@",
    b"\\",
    b"0x",
    b"nan",
    b"{}",
    b"[]",
]

EDITS = st.lists(
    st.tuples(
        st.integers(0, len(SPEC)),
        st.integers(0, 30),
        st.one_of(st.sampled_from(PIECES), st.binary(max_size=4), st.just(b"")),
    ),
    min_size=1,
    max_size=4,
)


def edited(edits: list[tuple[int, int, bytes]]) -> bytes:
    content = SPEC
    for at, removed, inserted in edits:
        content = content[:at] + inserted + content[at + removed :]
    return content


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_any_bytes(tmp_path: Path, edits: list[tuple[int, int, bytes]]) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(edited(edits))
    problems = inspect(path)
    render_text(problems)
    assert len(render_lines(problems).splitlines()) == len(problems)
    for entry in json.loads(json.dumps(render_json(problems))):
        if entry["line"] is not None:
            assert (entry["end_line"], entry["end_column"]) >= (entry["line"], entry["column"])


@settings(max_examples=200)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(max_size=30),
)
def test_any_change(path: str, value: str) -> None:
    """`--set` with any path and value is applied or refused."""
    for text in (f"{path}={value}", f"output.{path}={value}", f"training={value}", value):
        problems = inspect(Path(__file__).parents[2] / "specs" / "omniglot_curriculum.yaml", [text])
        render_text(problems)
