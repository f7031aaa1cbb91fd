"""Words of prose, beside a slow reading of the Unicode Standard's Annex 29, rule by rule."""

from __future__ import annotations

import itertools
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.parts.datasets.corpora import word_breaks
from hebbdsl.parts.datasets.corpora.token_rules import EOS, Rules
from hebbdsl.parts.datasets.corpora.word_breaks import canonical
from hebbdsl.parts.datasets.text import Text
from hebbdsl.parts.reporter import Quiet

PROSE = Rules(tokens="words")

# The signs that texts are drawn from, by the value of their property Word_Break as Unicode's
# WordBreakProperty.txt gives it. "Han" and "Sign" have none; "Number" are those beyond Numeric.
SIGNS = {
    "Letter": "aZéßжΩ아हाب֊"[:9].replace("ा", "") + "ǅ",
    "Hebrew": "אשת",
    "Digit": "17٣",
    "Number": "½²Ⅷ",
    "Kana": "カター",
    "Alone": "中字ひらกทຂ",
    "Extend": "\u0301\u0323\u093f\u05b8\u064e\u200c\u200d\ufe0f\u20e3",
    "Low": "_",
    "Quote": "'’",
    "Inside": "‘·\u2027",
    "Double": '"',
    "Sign": ".,:;!—…€♥。،",
    "Unseen": "\u00ad\ufeff\u200e\u2060",
    "Space": " \t\u00a0\u3000\u200b",
}
KIND = {sign: kind for kind, signs in SIGNS.items() for sign in signs}
WORDLIKE = ("Letter", "Hebrew", "Digit", "Number", "Low")


def slow(text: str) -> list[str]:
    """Word by word, each by what may stand beside what."""
    text = unicodedata.normalize("NFC", "".join(s for s in text if KIND[s] != "Unseen"))
    found = list[str]()
    at = 0
    while at < len(text):
        end = _end(text, at)
        if kind_at(text, at) != "Space":
            found.append(text[at:end])
        at = end
    return found


def kind_at(text: str, at: int) -> str:
    """What was composed is a letter like its parts."""
    return KIND.get(text[at], "Letter") if at < len(text) else "End"


def _held(text: str, at: int) -> int:
    """WB4: past the marks and joiners behind a sign."""
    while kind_at(text, at) == "Extend":
        at += 1
    return at


def _end(text: str, at: int) -> int:
    kind = kind_at(text, at)
    if kind == "Space":
        return at + 1
    if kind == "Kana":  # WB13
        while kind_at(text, at) == "Kana":
            at = _held(text, at + 1)
        return at
    if kind == "Alone":  # WB999
        return _held(text, at + 1)
    if kind not in WORDLIKE:
        one = text[at : _held(text, at + 1)]
        while text.startswith(one, at) and _held(text, at + len(one)) == at + len(one):
            at += len(one)
        return at
    while True:
        last = kind
        while kind_at(text, at) in WORDLIKE:  # WB5, WB8 to WB10, WB13a, WB13b
            last = kind_at(text, at)
            at = _held(text, at + 1)
        behind = kind_at(text, _held(text, at + 1))
        between = kind_at(text, at)
        if (between == "Quote" and behind in WORDLIKE) or (
            between == "Inside"
            and behind in WORDLIKE
            and behind != "Low"
            and text[at - 1] != "_"
            and kind_at(text, at + 1) != "Low"
        ):  # WB6, WB7, WB11, WB12
            at = _held(text, at + 1)
        elif between == "Double" and last == "Hebrew" and kind_at(text, at + 1) == "Hebrew":
            at += 1  # WB7b, WB7c
        else:
            return at + 1 if last == "Hebrew" and text[at : at + 1] == "'" else at  # WB7a


@given(st.text("".join(SIGNS.values()), max_size=12))
def test_words_are_those_of_the_standard(text: str) -> None:
    assert PROSE.cut(text) == slow(text)


def test_every_row_of_three_kinds_is_cut_as_the_standard_says() -> None:
    for kinds in itertools.product(SIGNS.values(), repeat=3):
        text = "".join(signs[0] for signs in kinds)
        assert PROSE.cut(text) == slow(text), text.encode("unicode-escape")


@given(st.text("".join(SIGNS.values()) + "\n\r\fqué1,.'", max_size=20))
def test_canonically_equal_texts_give_equal_tokens(text: str) -> None:
    for rules in (PROSE, Rules(), Rules(tokens="words", lowercase=True)):
        one, other = (rules.cut(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
        assert one == other


@given(
    st.text(st.characters(max_codepoint=0x24F) | st.sampled_from("‘’“”–—…†€ψЖ\n'·"), max_size=30)
)
def test_what_re_cuts_alone_is_cut_as_all_of_unicode_is(text: str) -> None:
    """The quick way, which most texts take, and the one for all others."""
    # The end of a line takes the blanks that follow: nothing is said of it here.
    text = unicodedata.normalize("NFC", text.replace("\u00ad", "")).rstrip()
    for amounts in (False, True):
        quick = word_breaks.words_of(text, amounts=amounts)
        # A sign of a script that the quick way does not know makes the text take the other one.
        assert word_breaks.words_of(f"{text} 中", amounts=amounts)[: len(quick)] == quick


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("हिन्दी में लिखना", "हिन्दी|में|लिखना"),
        ("cafe\u0301 café", "café|café"),
        ("שָׁלוֹם צה\"ל ג'", "שָׁלוֹם|צה\"ל|ג'"),
        ("مُحَمَّد می\u200cخواهم", "مُحَمَّد|می\u200cخواهم"),
        ("co\u00adoperate \ufeffagain", "cooperate|again"),
        ("col·lecció M‘Crie don’t", "col·lecció|M‘Crie|don’t"),
        ("中文です。カタカナー3月", "中|文|で|す|。|カタカナー|3|月"),
        ("한국어 단어", "한국어|단어"),
        ("👨\u200d👩\u200d👧👍🏽 🇩🇪🇫🇷", "👨\u200d👩\u200d👧|👍🏽|🇩🇪|🇫🇷"),
        ("1\ufe0f\u20e3 2½ m² ٣٫١٤", "1\ufe0f\u20e3|2½|m²|٣٫١٤"),
        ("ไทย\u200bนะ", "ไ|ท|ย|น|ะ"),
        ("os.path 3.14 a:b x_1", "os|.|path|3|.|14|a|:|b|x_1"),
    ],
)
def test_words_of_many_scripts(text: str, found: str) -> None:
    assert PROSE.cut(text) == found.split("|")


def test_a_capital_without_a_small_letter_of_its_own_stays_in_its_word() -> None:
    rules = Rules(tokens="words", lowercase=True)
    assert rules.cut("İstanbul ΟΔΟΣ ǅ") == ["i̇stanbul", "οδος", "ǆ"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3.14 1,000,000 1e-3 6.02E+23 5'11 3.14.", "<num> <num> <num> <num> <num> <num> ."),
        ("x1 v3.14 3.14abc 2nd 1e 0x1f", "x1 v3 . <num> <num> . 14abc 2nd 1e 0x1f"),
        ("-3 3-4 50% ½", "- <num> <num> - <num> <num> % ½"),
        ("٣٫١٤ १२३ é", "<num> <num> é"),
    ],
)
def test_a_number_is_one_word(text: str, found: str) -> None:
    assert Rules(tokens="words", numbers="token").cut(text) == found.split()


def test_numbers_that_stand_between_white_space() -> None:
    text = "3.14 -1,000 1e-3 +6.02E+23 5. x1 1x\n"
    found = "<num> <num> <num> <num> <num> x1 1x"
    assert Rules(numbers="token").cut(text) == [*found.split(), EOS]


def test_a_published_text_is_left_as_it_is() -> None:
    text = "cafe\u0301 \ufeffx\n"
    assert Rules(published=True).cut(text) == ["cafe\u0301", "\ufeffx", EOS]
    assert Rules().cut(text) == ["café", "x", EOS]


@pytest.mark.parametrize("tokens", ["words", "whitespace"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_do_on_any_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tokens: str, end: str
) -> None:
    """Wherever a block ends: between CR and LF, too."""
    monkeypatch.setenv("HEBBDSL_DATA", str(tmp_path))
    found = []
    data = Text(
        train=("train.txt",),
        validation=("validation.txt",),
        test=("test.txt",),
        tokens=tokens,  # type: ignore[arg-type]
    )
    for mark in (end, "\n"):
        for split in ("train", "validation", "test"):
            text = f"one two{mark}{mark}three é{mark}four" * 60
            (tmp_path / f"{split}.txt").write_bytes(text.encode())
        for block in (1, 7, 8, 1 << 17):
            monkeypatch.setattr("hebbdsl.parts.datasets.corpora.corpus_source.BLOCK", block)
            monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"{block}{mark == end}"))
            content = data.open(Quiet())
            found.append([content.words[n] for n in content.splits["train"]])
    assert all(one == found[0] for one in found)
    assert EOS in found[0]


MARKS = "\u0301\u0327\u0344\u05b0\u0345\u0323\u0f71\u0f73"


@given(
    st.lists(st.text(MARKS, max_size=80) | st.text("aéḍ क़", max_size=3), max_size=6).map("".join)
)
def test_long_rows_of_marks_are_those_of_the_normal_form(text: str) -> None:
    assert canonical(text, lowercase=False) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("row", ["\u0301\u0327", "\u0301\u00ad\u0327", "\u0327\u0301\u0345"])
@pytest.mark.parametrize("tokens", ["words", "whitespace"])
def test_python_is_given_no_long_row_to_sort(
    row: str, tokens: Literal["words", "whitespace"], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sort of a row takes as long as the square of its length."""
    given = list[str]()

    def normalize(form: Literal["NFC"], text: str) -> str:
        given.append(text)
        return unicodedata.normalize(form, text)

    monkeypatch.setattr(word_breaks, "normalize", normalize)
    Rules(tokens=tokens, lowercase=True).cut(f"a{row * 100}b a{row * 100}")
    assert given
    for text in given:
        classes = [*map(unicodedata.combining, text)]
        fallen = sum(0 < later < before for before, later in pairwise(classes))
        assert fallen == 0
