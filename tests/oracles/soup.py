"""Claims of few patients, days and providers that share codes: every rule meets every other."""

import random
from datetime import date, timedelta

from tests.oracles.claim_file import NPIS, ClaimFile, Row, disguise
from tests.oracles.pools import Pools

PAYERS = ("", "MEDICARE", "NORTHWIND", 'Azul "Oro", S.A.', "medicare")


def soup(file: ClaimFile, claims: int) -> None:
    """Stir so many claims into the file, and one day of one patient that has very many."""
    rng, pools = file.rng, file.pools
    patients = [f"Päz-{number}" for number in range(max(2, claims // 5))]
    days = {patient: [_soup_day(rng) for _ in range(3)] for patient in patients}
    codes = {patient: _soup_codes(rng, pools) for patient in patients}
    for _ in range(claims):
        patient = rng.choice(patients)
        diagnoses = [
            disguise(rng, rng.choice(pools.any_diagnoses)) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4, 13)))
        ]
        file.claim(
            *(_soup_line(rng, pools, codes[patient], days[patient]) for _ in range(rng.randrange(1, 6))),
            patient_id=patient,
            birth_date=rng.choice(("", "2004-02-29", "1961-07-01", "2012-10-01", "2030-01-01", "1890-01-01")),
            diagnoses=";".join(diagnoses) + rng.choice(("", "", ";", " ; ")),
            payer=rng.choice(PAYERS),
        )
    everywhere = rng.choice(pools.open_pairs(rng.choice((0, 1))))
    for _ in range(30):  # one day with more than the twenty others that a finding names
        lines = [{"procedure": everywhere[number % 2]} for number in range(rng.randrange(1, 4))]
        file.claim(*lines, patient_id="P-hot", rendering_npi="", date_from="2026-08-03")


def _soup_codes(rng: random.Random, pools: Pools) -> list[str]:
    pairs = [rng.choice(pools.pairs) for _ in range(3)]
    addon, primary = rng.choice(pools.addon_pairs)
    return [code for pair in pairs for code in pair[:2]] + [
        addon,
        primary,
        rng.choice(pools.addons_without_list),
        rng.choice(pools.any_procedures),
        rng.choice(pools.limited),
        "99213",
    ]


def _soup_day(rng: random.Random) -> date:
    years = (
        date(2015, 9, 30),
        date(2019, 6, 30),
        date(2021, 9, 30),
        date(2024, 2, 29),
        date(2026, 7, 1),
        date(2026, 9, 30),
    )
    start = rng.choice((*years, date(2026, 11, 24)))
    return start + timedelta(days=rng.choice((-1, 0, 0, 1, 1, 2)))


def _soup_line(rng: random.Random, pools: Pools, codes: list[str], days: list[date]) -> Row:
    day = rng.choice(days)
    procedure = rng.choice(codes)
    end = rng.choice(("", "", str(day), str(day + timedelta(days=rng.randrange(-2, 4)))))
    return {
        "procedure": procedure.lower() if rng.random() < 0.1 else procedure,
        "date_from": str(day),
        "date_to": end,
        "rendering_npi": rng.choice((*NPIS[:2], "", "1143044324", "143044323")),
        "place_of_service": rng.choice(("11", "11", "11", "1", "ab", f"{rng.randrange(100):02}")),
        "modifiers": ";".join(rng.choice(pools.any_modifiers) for _ in range(rng.choice((0, 0, 0, 1, 1, 2, 4)))),
        "units": rng.choice(("1", "1", "1.0", "2", "0.5", "3", "0", "-1", "7", "250", "0.333", "99999999999999999999")),
        "pointers": rng.choice(("1", "1", "1;2", "2", "3", "0", "-1", "", "1;1;1;1", "1;2;3;4;5", "1;;2;")),
    }
