"""What X12 may hold: the delimiters we write, the characters that may stand between them, and text brought to them.

Letters, digits, blank and most signs of the extended character set (X12.5) are allowed in data; a delimiter never is.
We send upper case, which every partner takes.
"""

import re
import unicodedata
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ELEMENT, COMPONENT, REPETITION, SEGMENT = "*", ":", "^", "~"
ALLOWED = np.zeros(256, bool)
ALLOWED[[b for b in range(32, 127) if chr(b) not in ELEMENT + COMPONENT + REPETITION + SEGMENT + "`"]] = True
ALLOWED.setflags(write=False)

_WHITE = re.compile(r"[ \t\r\n]+")
# What Unicode does not take apart into a letter and its mark.
_WRITTEN_OUT = str.maketrans(
    {
        **dict(zip("ÆæŒœÞþ", ("AE", "ae", "OE", "oe", "TH", "th"), strict=True)),
        **dict(zip("ßẞØøŁłĐđÐðıĦħŊŋŦŧ", ("SS", "SS", *"OoLlDdDdiHhNnTt"), strict=True)),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2026": "...",
    }
)


def transliterate(text: str) -> str:
    """Upper case, without accents, typographic signs as plain ones; white space is one blank, and none at the edges.

    What X12 does not hold and has no plain form stays as it is: whoever writes it finds it and says so.
    """
    plain = text.translate(_WRITTEN_OUT)
    plain = plain.upper() if plain.isascii() else "".join(map(_plain, plain))
    return _WHITE.sub(" ", plain).strip(" ")


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    """A character in ASCII where it has such a form; a number that is no digit has none: 10² is not 102."""
    if unicodedata.combining(sign):
        return ""
    if unicodedata.category(sign) == "No":
        return sign
    parts = unicodedata.normalize("NFKD", sign).translate(_WRITTEN_OUT)
    letters = "".join(part for part in parts if not unicodedata.combining(part))
    return letters.upper() if letters and letters.isascii() else sign


def x12_text(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column of text, transliterated; empty text is null. Each distinct value is looked at once."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    distinct = values.cast(pa.string()).dictionary_encode()
    plain = [transliterate(value) or None if value else None for value in distinct.dictionary.to_pylist()]
    return pc.take(pa.array(plain, pa.string()), distinct.indices)
