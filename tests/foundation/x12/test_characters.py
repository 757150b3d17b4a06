"""Text brought to the characters of X12: what is rewritten, and that everything else stays for the writer to find."""

import string
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revcycle.foundation.x12.characters import transliterate, x12_text

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ASCII = {chr(code) for code in range(128)}


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("  Łukasz  Müller-O\u2019Brien Straße STRAẞE ñ\u2026 ", "LUKASZ MULLER-O'BRIEN STRASSE STRASSE N..."),
        ("Ærø Þór Đặng Ǿre Œuvre ŉ ıĳ", "AERO THOR DANG ORE OEUVRE 'N IIJ"),
        ("e\u0301 \u201cquoted\u201d \u00abund\u00bb 5\u201310 \u2212 a\u2010b", 'E "QUOTED" "UND" 5-10 - A-B'),
        ("Apt\u00a04\u2003B\tleft\r\nup  ", "APT 4 B LEFT UP"),
        ("o`clock \u00b4", "O'CLOCK '"),
        ("ＦＵＬＬ　ｗｉｄｔｈ", "FULL WIDTH"),
        (" \u00a0 ", ""),
    ],
)
def test_accents_typographic_signs_and_blanks_become_plain(written: str, plain: str) -> None:
    assert transliterate(written) == plain


@pytest.mark.parametrize(
    "sign", ["漢", "€", "Ж", "µ", "α", "²", "½", "①", "\u200b", "\x00", "\x1d", "\x7f", "*", "~", ":", "^"]
)
def test_what_has_no_plain_form_stays_for_the_writer_to_find(sign: str) -> None:
    assert transliterate(f"10{sign}ä") == f"10{sign}A"


def test_every_character_becomes_ascii_or_stays() -> None:
    for code in [*range(0x3000), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800)]:
        sign = chr(code)
        found = transliterate(f"A{sign}B")
        assert found == f"A{sign}B" or set(found) <= ASCII, hex(code)
        dropped = found == "AB"
        assert not dropped or unicodedata.combining(sign), hex(code)


def test_letters_of_ascii_are_upper_case_and_nothing_else_changes() -> None:
    assert transliterate(string.ascii_letters) == string.ascii_uppercase * 2
    signs = "".join(sign for sign in string.printable if sign.strip() and not sign.isalpha() and sign != "`")
    assert transliterate(signs) == signs


@given(TEXT)
def test_text_that_was_brought_to_x12_stays_as_it_is(text: str) -> None:
    assert transliterate(transliterate(text)) == transliterate(text)


@given(st.lists(TEXT | st.none(), max_size=10))
def test_a_column_is_transliterated_value_by_value(values: list[str | None]) -> None:
    expected = [(transliterate(value) or None) if value else None for value in values]
    column = pa.array(values, pa.string())
    assert x12_text(column).to_pylist() == expected
    assert x12_text(pa.chunked_array([column.slice(0, 2), column.slice(2)])).to_pylist() == expected
    assert x12_text(column.cast(pa.large_string())).type == pa.string()


def test_a_column_without_any_value_is_text_without_any_value() -> None:
    assert x12_text(pa.nulls(2)).equals(pa.nulls(2, pa.string()))
