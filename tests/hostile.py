"""Texts of a stranger, as names, words and values, and ways to see whether they act."""

from __future__ import annotations

import re
import unicodedata

from hypothesis import strategies as st

TEXTS = (
    "\x1b]0;X\x07\x1b[2J",
    "\x9b2J\x9d0;X\x9c",
    "x\n::error title=P::pwned",
    "x\r\n  ::set-env name=PATH::/tmp",
    "::add-mask::a",
    "##[error]pwned",
    "a ##vso[task.setvariable variable=a]b",
    "##teamcity[message text='a']",
    "=cmd|'/C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    "＝1",
    "$\\frac{$",
    "$x$ and $y^$",
    "safe\u202etxt.exe\u2066",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "nul\x00nul",
    "lone \ud800 \udfff\udcff",
    "[bold red]rich[/bold red] [link=file:///]x[/link] :smile:",
    "a|b||c\\|d\\\\|e\\",
    "`code` ``two`` ```three",
    "`",
    " ` ",
    "<script>alert(1)</script><!-- --> ]]> &lt;",
    "[a](javascript:x) ![b](http://c) **d** _e_ ~~f~~ $g$",
    "\\input{/etc/passwd}",
    "} \\end{table} \\write18{ls} {",
    "& % $ # _ ^ ~ ^^M \\\\",
    "[1em] *",
    '"quoted", "twice""',
    "a;b,c",
    "日本語 हिन्दी עברית\u05b0 e\u0301",
    "\ufeffbom\ufffe\uffff\U000e0041\U0010ffff",
    "",
    " ",
    "x" * 300,
)

ANY_TEXT = st.sampled_from(TEXTS) | st.text(
    alphabet=st.characters() | st.sampled_from("\x1b\n\r\t:#[]|`\\$=+-@<&%{}_*\u202e\u2028\ud800"),
    max_size=40,
)

_OBEYED = frozenset(("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"))
_COMMAND = re.compile(r"^\s*::[\w-]|##\[|##vso\[|##teamcity\[")


def obeyed(text: str) -> list[str]:
    """Characters but line ends that a terminal obeys, or shows as nothing."""
    return [sign for sign in text if sign != "\n" and unicodedata.category(sign) in _OBEYED]


def commands(text: str) -> list[str]:
    """Lines that a build server takes for a command, as it cuts them."""
    return [line for line in text.splitlines() if _COMMAND.search(line)]
