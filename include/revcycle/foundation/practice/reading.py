"""practice.yaml from text to checked settings; an error names file, line, field and what was expected."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.marked_yaml import Marked, Place, Unreadable, parse
from revcycle.foundation.practice.section import overlap
from revcycle.foundation.practice.settings import Settings

# What must not occur twice in a section. A billing NPI is one payee, whatever its tax id.
KEYS = {
    "billing_providers": "npi",
    "providers": "npi",
    "facilities": "npi",
    "payers": "code",
    "trading_partners": "connection",
    "staff": "username",
}
WORDS = {
    "missing": "it is missing",
    "extra_forbidden": "no such field is known here; check its spelling",
    "string_type": "text is expected",
    "string_too_short": "it must not be empty",
    "too_short": "at least one is expected",
    "string_too_long": "at most 200 characters are expected",
    "list_type": "a list (lines beginning with '-') is expected",
    "model_type": "fields (key: value) are expected",
    "model_attributes_type": "fields (key: value) are expected",
    "int_parsing": "a whole number is expected",
    "int_type": "a whole number is expected",
    "bool_parsing": "true or false is expected",
    "bool_type": "true or false is expected",
    "date_from_datetime_parsing": "a date of the calendar is expected",
    "date_type": "a date written YYYY-MM-DD is expected",
    "date_parsing": "a date of the calendar is expected",
}
PATTERNS = {
    "state": "two capital letters are expected",
    "place_of_service": "two digits in quotation marks are expected",
    "taxonomy": "a taxonomy code of nine characters and X is expected",
    "payer_id": "2 to 80 capital letters and digits are expected",
    "sender_qualifier": "two capital letters or digits are expected",
    "receiver_qualifier": "two capital letters or digits are expected",
    "sender_id": "2 to 15 capital letters and digits are expected",
    "receiver_id": "2 to 15 capital letters and digits are expected",
    "contact_phone": "ten digits are expected",
    "claim": "a claim number of ten characters is expected",
    "not_for": "claim adjustment reason codes are expected",
    "connection": "letters, digits, '_', '.' and '-' are expected",
    "upload": "a folder of the partner is expected",
    "download": "a folder of the partner is expected",
    "temporary": "a name or folder without control characters is expected",
    "name": "letters, digits, '.', '_', '-' and fields in braces are expected",
}


def read(path: Path) -> Settings:
    """The settings of `path`. Scalars are read as they stand, so an NPI or a ZIP needs no quotation marks.

    Raises: InputUnusable naming file, line and field, and what is expected there.
    """
    marked = _parsed(path)
    try:
        settings = Settings.model_validate(marked.value if marked.value is not None else {})
    except ValidationError as error:
        first = min(error.errors(include_url=False, include_input=False), key=lambda e: marked.line(e["loc"]))
        raise _unusable(path, marked, first["loc"], _sentence(first)) from None
    _refuse_repeats(path, marked, settings)
    _refuse_overlaps(path, marked, settings)
    _refuse_unknown_partners(path, marked, settings)
    _refuse_unknown_staff(path, marked, settings)
    return settings


def _parsed(path: Path) -> Marked:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputUnusable(
            f"{path}: there is no such file; `./revcycle up --no-sample` writes one to fill in."
        ) from None
    except OSError as error:
        raise InputUnusable(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputUnusable(f"{path}, line {line}: a character is not UTF-8; save the file as UTF-8.") from None
    try:
        return parse(text)
    except Unreadable as error:
        raise InputUnusable(f"{path}, line {error.line}: {error}.") from None


def _sentence(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return f"{context['error']} is expected"
    if kind == "literal_error":
        return f"one of {context['expected']} is expected"
    if kind == "string_pattern_mismatch":
        return PATTERNS[next(part for part in reversed(error["loc"]) if isinstance(part, str))]
    if kind in ("greater_than_equal", "less_than_equal"):
        return (
            f"a number not {'below' if 'ge' in context else 'above'} {context.get('ge', context.get('le'))} is expected"
        )
    return WORDS.get(kind, "another kind of value is expected")


def _refuse_repeats(path: Path, marked: Marked, settings: Settings) -> None:
    for section, key in KEYS.items():
        seen: dict[str, int] = {}
        for at, entry in enumerate(getattr(settings, section)):
            value = getattr(entry, key)
            if value in seen:
                first = marked.line((section, seen[value], key))
                raise _unusable(path, marked, (section, at, key), f"the same {key} stands in line {first} already")
            seen[value] = at


def _refuse_overlaps(path: Path, marked: Marked, settings: Settings) -> None:
    for at, payer in enumerate(settings.payers):
        for name, rules in payer.one_a_day():
            if found := overlap(rules):
                first, second = (("payers", at, name, nth) for nth in found)
                said = f"it holds on days on which that of line {marked.line(first)} holds too; "
                raise _unusable(path, marked, second, said + "end one with valid_to before the other begins")


def _refuse_unknown_partners(path: Path, marked: Marked, settings: Settings) -> None:
    known = {partner.connection for partner in settings.trading_partners}
    for at, payer in enumerate(settings.payers):
        for nth, rule in enumerate(payer.claims):
            if rule.partner not in known:
                place: Place = ("payers", at, "claims", nth, "partner")
                raise _unusable(path, marked, place, "the connection of one of trading_partners is expected")


def _refuse_unknown_staff(path: Path, marked: Marked, settings: Settings) -> None:
    known = {one.username for one in settings.staff} | {None}
    for at, payer in enumerate(settings.payers):
        for nth, rule in enumerate(payer.warnings):
            if rule.escalates_to not in known:
                place: Place = ("payers", at, "warnings", nth, "escalates_to")
                raise _unusable(path, marked, place, "the username of one of staff is expected")


def _unusable(path: Path, marked: Marked, place: Place, said: str) -> InputUnusable:
    field = ".".join(str(part) for part in place if isinstance(part, str)) or "the file"
    return InputUnusable(f"{path}, line {marked.line(place)}: {field}: {said}.")
