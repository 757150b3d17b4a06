"""Kinds of cells of the intake files: what a text must look like, what it is taken as, and why it is refused.

A text is judged once however often it occurs in a column, so the rules are plain functions of one trimmed text.
Numbers and dates are read as the sweep of claim files reads them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

Value = str | int | date | None

LONGEST_ID = 100
LONGEST_TEXT = 10_000

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{2}|[0-9]{4})")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_UNITS = re.compile(r"-?0*[0-9]{1,9}(\.[0-9]{1,3}0*)?")
_CHARGE = re.compile(r"-?0*[0-9]{1,12}(\.[0-9]{1,2})?")
_WHOLE = re.compile(r"-?[0-9]+")
_LINE = re.compile(r"0{0,20}[1-9][0-9]{0,8}")
_POINTER = re.compile(r"-?0{0,20}[0-9]{1,9}")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]{1,2}", re.IGNORECASE)
# Tabs and line breaks are harmless in a note; the rest separates values in our digests and cannot be sent in a claim.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a text is not taken as it stands. `value` is taken in its place; unless `mended`, the row fails.

    `code` is the class of the value; `expected` and `reason` are for the person who mends the file.
    """

    code: str
    expected: str
    reason: str
    value: Value = None
    mended: bool = False


STRING = pa.string()


@dataclass(frozen=True)
class Kind:
    """A kind of cell. `read` gets a trimmed text that is not empty; `blank` is what an empty one is taken as."""

    name: str
    read: Callable[[str], Value | Remark]
    blank: Value = ""
    type: pa.DataType = STRING


def _text(text: str) -> Value | Remark:
    return _characters(text, LONGEST_TEXT) or text


def _characters(text: str, longest: int) -> Remark | None:
    if _CONTROL.search(text):
        return Remark("characters", "text without control characters", "a control character stands in the value", "")
    if len(text) > longest:
        return Remark("too_long", f"at most {longest} characters", "the value is too long", "")
    return None


def _identifier(text: str) -> Value | Remark:
    if _SCIENTIFIC.fullmatch(text):
        digits = f"{Decimal(text):f}"
        return Remark(
            "scientific",
            f"all {len(digits)} digits of the number",
            "a spreadsheet rounded the number and its last digits are lost; format the column as text and export again",
            "",
        )
    return _characters(text, LONGEST_ID) or text


def _day(text: str) -> Value | Remark:
    if parts := _YEAR_LAST.fullmatch(text):
        either = int(parts[1]) <= 12 and int(parts[3]) <= 12
        reason = "month and day may stand in either order" if either else "the year must stand first"
        return Remark("date_us", "a date written YYYY-MM-DD", reason)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return Remark("date", "a date of the calendar", "there is no such day")
    return Remark("date", "a date written YYYY-MM-DD", "this is no date so written")


def _number(text: str) -> Remark | None:
    if not _NUMBER.fullmatch(text):
        return Remark("number", "digits with an optional decimal point, such as 1 or 0.5", "this is no number")
    return None


def _units(text: str) -> Value | Remark:
    if problem := _number(text):
        return problem
    if not _UNITS.fullmatch(text):
        return Remark("number", "at most nine digits before the decimal point and three after it", _excess(text, 9))
    return canonical(Decimal(text))


def canonical(number: Decimal) -> str:
    """One way to write a number: no trailing zeros, no minus before zero."""
    written = f"{number:f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written


def _cents(text: str) -> Value | Remark:
    if problem := _number(text):
        return problem
    if not _CHARGE.fullmatch(text):
        return Remark("money", "at most twelve digits before the decimal point and two after it", _excess(text, 12))
    return int(Decimal(text) * 100)


def _excess(text: str, digits: int) -> str:
    """Which part of a number is too long: what stands before its point, or else its decimals."""
    whole = text.partition(".")[0].lstrip("-0")
    return "the number is too large" if len(whole) > digits else "the number has too many decimals"


def _line(text: str) -> Value | Remark:
    if _LINE.fullmatch(text):
        return int(text)
    large = _WHOLE.fullmatch(text) and len(text.lstrip("-0")) > 9
    reason = "the number is too large" if large else "this is no line number"
    return Remark("number", "a whole number from 1 to 999999999", reason)


def pieces(text: str) -> list[str]:
    """The values of a `;` list; empty ones are dropped."""
    return [piece for piece in map(str.strip, text.split(";")) if piece]


def _modifiers(text: str) -> Value | Remark:
    if problem := _characters(text, LONGEST_TEXT):
        return problem
    modifiers = pieces(text.upper())
    if len(modifiers) > 4:
        return Remark("list", "at most four modifiers, separated by ';'", "a claim line carries four modifiers", "")
    return ";".join(modifiers)


def _pointers(text: str) -> Value | Remark:
    pointers = pieces(text)
    if not all(_POINTER.fullmatch(pointer) for pointer in pointers):
        whole = all(_WHOLE.fullmatch(pointer) for pointer in pointers)
        reason = "a pointer has too many digits" if whole else "a pointer is no whole number"
        return Remark("pointer", "whole numbers from 1, separated by ';'", reason, "")
    return ";".join(str(int(pointer)) for pointer in pointers)


def _diagnoses(text: str) -> Value | Remark:
    if problem := _characters(text, LONGEST_TEXT):
        return problem
    return ";".join(code for piece in pieces(text.upper()) if (code := piece.replace(".", "")))


def _procedure(text: str) -> Value | Remark:
    if re.fullmatch(r"[0-9]{2,4}", text):
        return Remark(
            "lost_zeros",
            f"five characters: {text.zfill(5)}, if {5 - len(text)} leading zero(s) were lost",
            "a spreadsheet drops leading zeros; format the column as text and export again",
            "",
        )
    return _characters(text, LONGEST_ID) or text.upper()


def _place(text: str) -> Value | Remark:
    if re.fullmatch(r"[0-9]", text):
        return Remark("padded", "two digits", f"read as 0{text}: its leading zero was lost", f"0{text}", mended=True)
    return _characters(text, LONGEST_ID) or text


def _zip(text: str) -> Value | Remark:
    if re.fullmatch(r"[0-9]{5}(-?[0-9]{4})?", text):
        return text.replace("-", "")
    if re.fullmatch(r"[0-9]{3,4}|[0-9]{7,8}", text):
        return Remark("lost_zeros", "5 or 9 digits", "a spreadsheet drops leading zeros; export the column as text", "")
    return Remark("zip", "5 or 9 digits", "this is no ZIP", "")


def _two_letters(text: str) -> Value | Remark:
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper()
    return Remark("state", "two letters", "this is no postal abbreviation of a state", "")


def choice(*options: str, blank: str = "") -> Kind:
    """One of the options, written so."""

    def read(text: str) -> Value | Remark:
        return text if text in options else Remark("choice", "one of " + ", ".join(options), "it is none of them", "")

    return Kind(", ".join(f"`{option}`" for option in options), read, blank)


TEXT = Kind("text", _text)
IDENTIFIER = Kind("id", _identifier)
NPI = Kind("NPI", _identifier)
DAY = Kind("date", _day, None, pa.date32())
UNITS = Kind("decimal", _units)
QUANTITY = Kind("decimal", _units, None)
MONEY = Kind("amount", _cents, None, pa.int64())
LINE = Kind("whole number", _line, None, pa.int64())
MODIFIERS = Kind("`;` list", _modifiers)
DIAGNOSES = Kind("`;` list", _diagnoses)
POINTERS = Kind("`;` list", _pointers)
PROCEDURE = Kind("code", _procedure)
PLACE = Kind("two digits", _place)
ZIP = Kind("ZIP", _zip)
STATE = Kind("two letters", _two_letters)
