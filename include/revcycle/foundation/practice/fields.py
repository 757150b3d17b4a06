"""Kinds of text in practice.yaml, each with its check; messages say what is expected and never repeat the value."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY = re.compile(r"[0-9]{1,10}(\.[0-9]{2})?")
_TAX_ID = re.compile(r"[0-9]{2}-?[0-9]{7}")
_NPI = re.compile(r"[12][0-9]{9}")


def has_check_digit(npi: str) -> bool:
    """Ten digits, 1 or 2 first, whose Luhn sum with the prefix 80840 before them ends in 0 (45 CFR 162.406)."""
    if not _NPI.fullmatch(npi):
        return False
    digits = [int(digit) for digit in "80840" + npi]
    return sum(digits[-1::-2] + [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]) % 10 == 0


def _npi(text: str) -> str:
    if not has_check_digit(text):
        raise ValueError("an NPI of ten digits with its check digit")
    return text


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone such as America/New_York") from None
    return text


def _date(text: Any) -> Any:
    if text is not None and not (isinstance(text, date) or _DATE.fullmatch(text)):
        raise ValueError("a date written YYYY-MM-DD")
    return text


def _tax_id(text: str) -> str:
    if not _TAX_ID.fullmatch(text):
        raise ValueError("a tax id of nine digits")
    return text.replace("-", "")


def _zip(text: str) -> str:
    digits = text.replace("-", "")
    if not re.fullmatch(r"[0-9]{5}([0-9]{4})?", digits):
        raise ValueError("a ZIP of 5 or 9 digits, leading zeros included")
    return digits


def _cents(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not _MONEY.fullmatch(text):
        raise ValueError("an amount such as 100.00")
    return int(Decimal(text) * 100)


def _many(value: Any) -> Any:
    """A section without entries is written with nothing after its colon."""
    return [] if value is None else value


def _text(value: Any) -> Any:
    return "" if value is None else value


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Maybe = Annotated[str, BeforeValidator(_text), StringConstraints(strip_whitespace=True, max_length=200)]
Npi = Annotated[str, AfterValidator(_npi)]
TaxId = Annotated[str, AfterValidator(_tax_id)]
Zip = Annotated[str, AfterValidator(_zip)]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Day = Annotated[date, BeforeValidator(_date)]
Cents = Annotated[int, BeforeValidator(_cents)]
PlaceOfService = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
TaxonomyCode = Annotated[str, BeforeValidator(_text), StringConstraints(pattern=r"^([0-9A-Z]{9}X)?$")]
MANY = BeforeValidator(_many)
