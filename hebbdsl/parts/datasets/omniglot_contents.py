"""What Omniglot holds, as published: alphabets, characters, and digests of the decoded drawings."""

from __future__ import annotations

from collections.abc import Mapping

from hebbdsl.frozen import frozen


@frozen(kw_only=True)
class Published:
    """A collection of drawings as its authors published it.

    Attributes:
        sets: the zips or folders it comes in: name, then alphabet, then number of characters, in
            the order that classes are numbered.
        drawings: drawings of each character.
        digests: alphabet to the first 16 hex digits of the fingerprint of its drawings.
        fingerprint: of all drawings.
        md5: set to the checksum of the zip as its authors packed it.
    """

    word: str
    sets: Mapping[str, Mapping[str, int]]
    drawings: int
    digests: Mapping[str, str]
    fingerprint: str
    md5: Mapping[str, str]

    def characters(self, set_name: str) -> tuple[str, ...]:
        """`Greek/character01` and so on, of one set."""
        return tuple(
            f"{alphabet}/character{number:02d}"
            for alphabet, count in self.sets[set_name].items()
            for number in range(1, count + 1)
        )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for set_name in self.sets for name in self.characters(set_name))


OMNIGLOT = Published(
    word="omniglot",
    sets={
        "images_background": {
            "Alphabet_of_the_Magi": 20,
            "Anglo-Saxon_Futhorc": 29,
            "Arcadian": 26,
            "Armenian": 41,
            "Asomtavruli_(Georgian)": 40,
            "Balinese": 24,
            "Bengali": 46,
            "Blackfoot_(Canadian_Aboriginal_Syllabics)": 14,
            "Braille": 26,
            "Burmese_(Myanmar)": 34,
            "Cyrillic": 33,
            "Early_Aramaic": 22,
            "Futurama": 26,
            "Grantha": 43,
            "Greek": 24,
            "Gujarati": 48,
            "Hebrew": 22,
            "Inuktitut_(Canadian_Aboriginal_Syllabics)": 16,
            "Japanese_(hiragana)": 52,
            "Japanese_(katakana)": 47,
            "Korean": 40,
            "Latin": 26,
            "Malay_(Jawi_-_Arabic)": 40,
            "Mkhedruli_(Georgian)": 41,
            "N_Ko": 33,
            "Ojibwe_(Canadian_Aboriginal_Syllabics)": 14,
            "Sanskrit": 42,
            "Syriac_(Estrangelo)": 23,
            "Tagalog": 17,
            "Tifinagh": 55,
        },
        "images_evaluation": {
            "Angelic": 20,
            "Atemayar_Qelisayer": 26,
            "Atlantean": 26,
            "Aurek-Besh": 26,
            "Avesta": 26,
            "Ge_ez": 26,
            "Glagolitic": 45,
            "Gurmukhi": 45,
            "Kannada": 41,
            "Keble": 26,
            "Malayalam": 47,
            "Manipuri": 40,
            "Mongolian": 30,
            "Old_Church_Slavonic_(Cyrillic)": 45,
            "Oriya": 46,
            "Sylheti": 28,
            "Syriac_(Serto)": 23,
            "Tengwar": 25,
            "Tibetan": 42,
            "ULOG": 26,
        },
    },
    drawings=20,
    digests={
        "Alphabet_of_the_Magi": "ce4bb2d0ee73d3c3",
        "Anglo-Saxon_Futhorc": "98cbb50e9dad8728",
        "Arcadian": "878d83e9ba2f3bcc",
        "Armenian": "fc9b9a207e596b9d",
        "Asomtavruli_(Georgian)": "bfe1106ff0a7defa",
        "Balinese": "bbbaf8642ec4944c",
        "Bengali": "80caec6445aaaea0",
        "Blackfoot_(Canadian_Aboriginal_Syllabics)": "99726c54a8196d9f",
        "Braille": "1815bcb8936cb7a6",
        "Burmese_(Myanmar)": "68afdcc4e34a012b",
        "Cyrillic": "6bd0d26f1554d2a7",
        "Early_Aramaic": "a390183bf80c2880",
        "Futurama": "910d628366dd3cb2",
        "Grantha": "8a6cd3c79f3c070c",
        "Greek": "fe611fd1fc14fd8f",
        "Gujarati": "ad6f7554bc985886",
        "Hebrew": "5bb9f3903a2541c6",
        "Inuktitut_(Canadian_Aboriginal_Syllabics)": "da316ba20dab4e8d",
        "Japanese_(hiragana)": "97a9e75aa4f367c8",
        "Japanese_(katakana)": "df7298d747f9453d",
        "Korean": "3ca88fc70e261a67",
        "Latin": "fd7cbe2d799bc39a",
        "Malay_(Jawi_-_Arabic)": "2a463388f5037dd3",
        "Mkhedruli_(Georgian)": "366a306821425f71",
        "N_Ko": "2137f1eb1f49f358",
        "Ojibwe_(Canadian_Aboriginal_Syllabics)": "210e2921e478f1cb",
        "Sanskrit": "329e706a58ae6ca1",
        "Syriac_(Estrangelo)": "ac7f7f3af41aded7",
        "Tagalog": "5fba700ed8e55ddb",
        "Tifinagh": "4bf2ca2033ba2282",
        "Angelic": "3a935d26859a6eae",
        "Atemayar_Qelisayer": "d26b1cc5a894fdd7",
        "Atlantean": "8a66e8ed3564a285",
        "Aurek-Besh": "012990ee432f37f3",
        "Avesta": "5d1a148c9a436ddb",
        "Ge_ez": "0fda02909100a188",
        "Glagolitic": "60ff87ad7e12b229",
        "Gurmukhi": "aa4627f5d1977ddf",
        "Kannada": "2d980add99a34a16",
        "Keble": "6db6264b0eed49f2",
        "Malayalam": "3c97096d5da04ff4",
        "Manipuri": "f7cef71c51cada39",
        "Mongolian": "02314db000ac1227",
        "Old_Church_Slavonic_(Cyrillic)": "85b9ad5135b1090c",
        "Oriya": "028000f33ab16a8f",
        "Sylheti": "d1dc3955fe3537e0",
        "Syriac_(Serto)": "057292a63fa04499",
        "Tengwar": "9f0a2885d9e8ef3a",
        "Tibetan": "3f2a6c61a1e8935c",
        "ULOG": "de8a573b65129804",
    },
    fingerprint="6b6a88ce13492cc19436ad5513dfd1bd7676415e4763ab9455c4066f34af87af",
    md5={
        "images_background": "68d2efa1b9178cc56df9314c21c6e718",
        "images_evaluation": "6b91aef0f799c5bb55b94e3f2daec811",
    },
)
"""Lake et al. 2015: 964 characters of 30 alphabets in the background set, 659 of 20 in the
evaluation set."""

ALPHABETS: Mapping[str, int] = {
    alphabet: count for contents in OMNIGLOT.sets.values() for alphabet, count in contents.items()
}
"""All 50 alphabets, each with its number of characters."""
