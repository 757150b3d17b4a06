"""ICD-10-CM of a fiscal year as CMS publishes it: icd10cm_order_2027.txt.

Layout: fixed width, no header, one line a code: 1-5 order number, 7-13 code without dot, 15 flag (1 billable,
0 header), 17-76 short and 78- long description. The fiscal year stands in the name and begins on 1 October of the
year before; the update of 1 April has the same layout, and is told from the first edition by "april" in its name.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pyarrow as pa

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference.diagnosis_codes import headers_of
from revcycle.foundation.reference.parquet import SCHEMAS
from revcycle.foundation.reference.published import Converted, Form, at_fault
from revcycle.foundation.reference.release import ANY

LINE = re.compile(r"[ \d]{4}\d ([A-Z][0-9A-Z]{2,6}) *(?<=^.{13}) ([01])(?: |$)")


def recognises(name: str, beginning: str) -> bool:
    """By its name, or by a first line that is one of its lines."""
    return bool(re.search(r"icd10cm[_-]order[_-]\d{4}", name)) or bool(LINE.match(beginning.lstrip("\ufeff")))


def convert(path: Path) -> list[Converted]:
    """The billable codes of the year, and the headers above them."""
    first, last, version = _year(path)
    codes = sorted(_billable(path))
    if not codes:
        raise InputUnusable(f"{path.name} holds no billable code.")
    # In force until another year's file takes over: `attach` cuts a year's rows to its days.
    span = [first] * len(codes), [None] * len(codes)
    table = pa.table([codes, *span], schema=SCHEMAS["icd10cm"])
    return [
        Converted("icd10cm", ANY, version, first, last, table),
        Converted("icd10cm_header", ANY, version, first, last, headers_of(table)),
    ]


def _year(path: Path) -> tuple[date, date, str]:
    name = path.name.lower()
    found = re.search(r"order[_-](\d{4})", name)
    if not found or not 2015 < int(found[1]) < 2200:
        raise InputUnusable(
            f"{path.name}: the fiscal year of an ICD-10-CM order file stands only in its name; keep CMS's own, "
            "icd10cm_order_YYYY.txt."
        )
    year = int(found[1])
    last = date(year, 9, 30)
    if "apr" in name:
        return date(year, 4, 1), last, f"FY{year}-April"
    return date(year - 1, 10, 1), last, f"FY{year}"


def _billable(path: Path) -> set[str]:
    codes = set()
    with path.open(encoding="latin-1") as lines:
        for number, line in enumerate(lines, start=1):
            found = LINE.match(line.rstrip("\n"))
            if found and found[2] == "1":
                codes.add(found[1])
            elif not found and line.strip():
                raise at_fault(
                    path, number, "columns 1 to 15", line[:15], "order number, code and flag at fixed columns"
                )
    return codes


FORM = Form("the ICD-10-CM order file (icd10cm_order_2027.txt)", recognises, convert)
