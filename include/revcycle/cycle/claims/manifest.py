"""The manifest of an interchange from the frames it was written from, as JSON a column at a time."""

import json
from dataclasses import fields
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.cycle.claims.written import Written
from revcycle.foundation.register import Manifest, SentClaim, SentLine
from revcycle.foundation.x12.arrow import characters, ints, whole

# Where the frames have another name for it.
CLAIM = {"responsibility": "payer_order", "amount_cents": "charge"}
LINE = {"line": "n", "line_control_number": "control_number", "units": "units_text", "charge_cents": "charge"}


def manifest_of(written: Written, sha256: str, *, now: datetime) -> tuple[Manifest, bytes]:
    """The manifest without its claims, which a file has by the thousand, and its archived form with them.

    `sha256` is that of the file.
    """
    partner, envelope = written.group.partner, written.envelope
    day = envelope.created.strftime("%Y%m%d")
    manifest = Manifest(
        partner=partner.connection,
        isa13=envelope.isa13,
        gs06=envelope.gs06,
        bht03=written.bht03,
        usage=written.group.usage,
        billing_npi=written.group.billing_npi,
        remote_name=partner.mailbox.final_name(
            sender=partner.sender_id, isa13=envelope.isa13, gs06=envelope.gs06, usage=envelope.usage, date=day
        ),
        sha256=sha256,
        size=len(written.data),
        prepared_at=now.astimezone(UTC).isoformat(),
        claims=(),
    )
    return manifest, manifest.encode_with(_claims(written.claims, written.lines))


def _claims(claims: pa.Table, lines: pa.Table) -> str:
    """A list of what SentClaim has of each claim, its lines with it."""
    starts = np.searchsorted(lines["claim"].to_numpy(), np.arange(claims.num_rows + 1))
    columns = _columns(claims, SentClaim, CLAIM) | {"position": ints(np.arange(1, claims.num_rows + 1))}
    lists = _around('"lines":[', _joined(_objects(_columns(lines, SentLine, LINE)), starts), "]")
    every = _objects(columns, lists)
    return f"[{_joined(every, np.array([0, len(every)]))[0]}]"


def _columns(table: pa.Table, of: type, named: dict[str, str]) -> dict[str, pa.Array]:
    """The fields of `of` that the frames have."""
    names = {field.name: named.get(field.name, field.name) for field in fields(of)}
    return {name: whole(table[column]) for name, column in names.items() if column in table.column_names}


def _objects(columns: dict[str, pa.Array], *more: pa.Array) -> pa.Array:
    """A JSON object of each row; `more` are members already."""
    pieces: list[pa.Array | str] = []
    before = "{"
    for name, column in columns.items():
        value, mark = _value(column)
        pieces += [f'{before}"{name}":{mark}', value]
        before = f"{mark},"
    for members in more:
        pieces += [before, members]
        before = ","
    return pc.binary_join_element_wise(*pieces, before.replace(",", "}"), "")


def _value(column: pa.Array) -> tuple[pa.Array, str]:
    """A column as JSON writes it, and the quotation mark that still goes around it."""
    if not pa.types.is_string(column.type):
        return pc.cast(column, pa.string()), ""
    text = column.fill_null("")
    if _to_escape(text):
        return pa.array([json.dumps(value) for value in text.to_pylist()], pa.string()), ""
    return text, '"'


def _to_escape(text: pa.Array) -> bool:
    """Whether JSON writes a character of the text otherwise: a quotation mark, a backslash, a control character."""
    data = characters(text)
    return bool(((data < ord(" ")) | (data == ord('"')) | (data == ord("\\"))).any())


def _around(before: str, text: pa.Array, after: str) -> pa.Array:
    return pc.binary_join_element_wise(before, text, after, "")


def _joined(texts: pa.Array, starts: np.ndarray) -> pa.Array:
    """The texts from each start to the next, with commas."""
    return pc.binary_join(pa.ListArray.from_arrays(pc.cast(ints(starts), pa.int32()), texts), ",")
