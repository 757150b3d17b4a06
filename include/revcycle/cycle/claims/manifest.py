"""The manifest of an interchange from the frames it was written from."""

import hashlib
from collections import defaultdict
from datetime import UTC, datetime

import pyarrow as pa

from revcycle.cycle.claims.groups import Group
from revcycle.foundation.register import Manifest, SentClaim, SentLine
from revcycle.foundation.x12.writer import Envelope837

OF_CLAIM = ("claim_number", "ordinal", "patient_control_number", "source_system", "source_encounter_id", "version",
            "content_sha256", "split", "payer", "frequency")  # fmt: skip


def manifest_of(
    group: Group, envelope: Envelope837, data: bytes, *, bht03: str, claims: pa.Table, lines: pa.Table, now: datetime
) -> Manifest:
    """`claims` and `lines` in the order of the file, whose bytes are `data`."""
    partner = group.partner
    day = envelope.created.strftime("%Y%m%d")
    name = partner.mailbox.final_name(
        sender=partner.sender_id, isa13=envelope.isa13, gs06=envelope.gs06, usage=group.usage, date=day
    )
    return Manifest(
        partner=partner.connection,
        isa13=envelope.isa13,
        gs06=envelope.gs06,
        bht03=bht03,
        usage=group.usage,
        billing_npi=group.billing_npi,
        remote_name=name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        prepared_at=now.astimezone(UTC).isoformat(),
        claims=tuple(_claims(claims, _lines(lines))),
    )


def _claims(claims: pa.Table, lines: dict[int, list[SentLine]]) -> list[SentClaim]:
    rows = claims.select([*OF_CLAIM, "payer_order", "payer_claim_number", "charge"]).to_pylist()
    return [
        SentClaim(
            **{name: row[name] for name in OF_CLAIM},
            position=at + 1,
            responsibility=row["payer_order"],
            payer_claim_number=row["payer_claim_number"] or "",
            amount_cents=row["charge"],
            lines=tuple(lines[at]),
        )
        for at, row in enumerate(rows)
    ]


def _lines(lines: pa.Table) -> dict[int, list[SentLine]]:
    columns = ("claim", "n", "control_number", "charge_line", "procedure", "modifiers", "units_text", "charge")
    of_claim: dict[int, list[SentLine]] = defaultdict(list)
    for claim, n, control, charge_line, procedure, modifiers, units, cents in zip(
        *(lines[name].to_pylist() for name in columns), strict=True
    ):
        of_claim[claim].append(SentLine(n + 1, control, charge_line, procedure, modifiers, units, cents))
    return of_claim
