"""Ids of a file that must be known before: patients of its source, payers and billing providers of practice.yaml."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, Connection, select

from revcycle.cycle.intake.compared import problems_at
from revcycle.cycle.intake.problems import Problem
from revcycle.cycle.intake.reading import Delivery
from revcycle.foundation.store.tables import billing_provider, patient, payer


def unlisted_payers(delivery: Delivery, connection: Connection) -> list[Problem]:
    """Rows whose payer is not a current one of practice.yaml."""
    listed = _current(connection, payer.c.code)
    return _unlisted(delivery, listed, "payer", "a payer code of practice.yaml", "practice.yaml lists no such payer")


def unlisted_billing_providers(delivery: Delivery, connection: Connection) -> list[Problem]:
    """Rows whose billing NPI is not a current one of practice.yaml."""
    listed = _current(connection, billing_provider.c.npi)
    expected = "the NPI of a billing provider of practice.yaml"
    return _unlisted(delivery, listed, "billing_npi", expected, "practice.yaml lists no such billing provider")


def unlisted_patients(delivery: Delivery, connection: Connection, *, source: str) -> list[Problem]:
    """Rows whose patient never came in (or never soundly) from this source."""
    listed = _current(connection, patient.c.source_patient_id, patient.c.source_system == source)
    expected = f"a patient that patients.csv of source {source} brought in, with this delivery or earlier"
    return _unlisted(delivery, listed, "patient_id", expected, "there is no such patient")


def _current(connection: Connection, column: Column[str], *within: Any) -> Iterable[str]:
    return connection.scalars(select(column).where(column.table.c.superseded_at.is_(None), *within).distinct())


def _unlisted(delivery: Delivery, listed: Iterable[str], field: str, expected: str, reason: str) -> list[Problem]:
    known = pc.is_in(delivery.rows[field], value_set=pa.array(listed, pa.string()))
    places = np.flatnonzero(~known.to_numpy(zero_copy_only=False))
    return problems_at(delivery, places, field=field, code="unlisted", expected=expected, reason=lambda _: reason)
