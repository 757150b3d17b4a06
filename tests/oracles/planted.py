"""One planting for each rule: where it must fire, and the near miss beside it where it must not."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.oracles.claim_file import AS_OF, ClaimFile, disguise

DAY = timedelta(days=1)
UNREADABLE = (
    {"line": "0"},
    {"line": "-1"},
    {"line": "1.0"},
    {"line": "+1"},
    {"line": "one"},
    {"line": "\u0661"},
    {"line": ""},
    {"patient_id": ""},
    {"date_from": ""},
    {"date_from": "2025-3-04"},
    {"date_from": "03/04/2025"},
    {"date_from": "20250304"},
    {"date_from": "2025-02-29"},
    {"date_from": "0000-01-01"},
    {"date_from": "2025-03-04T00:00"},
    {"date_to": "2025-13-01"},
    {"birth_date": "1980-02-30"},
    {"birth_date": "unknown"},
    {"place_of_service": ""},
    {"procedure": ""},
    {"units": ""},
    {"units": "1e2"},
    {"units": "1E308"},
    {"units": "1,5"},
    {"units": "NaN"},
    {"units": "inf"},
    {"units": ".5"},
    {"units": "1."},
    {"units": "+1"},
    {"units": "- 1"},
    {"units": "0x1"},
    {"units": "\u0661"},
    {"units": "1_000"},
    {"charge": ""},
    {"charge": "$10.00"},
    {"charge": "1,000.00"},
    {"charge": "10.00.00"},
    {"sex": "X"},
    {"sex": "f"},
    {"sex": "FEMALE"},
    {"modifiers": "25;59;LT;76;KX"},
    {"modifiers": "25;25;25;25;25"},
    {"pointers": "A"},
    {"pointers": "1.0"},
    {"pointers": "1;2;x"},
    {"pointers": "1,2"},
    {"surplus": "1"},
    {"surplus": "3"},
)


def unreadable(f: ClaimFile) -> None:
    """Every kind of row that cannot be read, beside one of the same claim that can."""
    for fault in UNREADABLE:
        f.plant("input.unreadable", f.claim({}, {"line": "2"} | fault))
    f.claim({}, {"lacking": "1"})  # which value is lost depends on the columns' order
    nameless = f.claim({"claim_id": ""})
    f.spare("input.unreadable", nameless)
    f.plant("input.unreadable", "")
    f.plant("input.unreadable", f.claim({}, {"line": "01"}))
    one, two = f.rng.sample(f.pools.steady_diagnoses, 2)
    f.plant("input.unreadable", f.claim({"diagnoses": f"{one};{two}"}, {"diagnoses": f"{two};{one}"}))
    f.plant("input.unreadable", f.claim({"diagnoses": one}, {"diagnoses": ""}))
    dotted = f"{one[:3]}.{one[3:]};; {two.lower()} ;"
    f.spare("input.unreadable", f.claim({"diagnoses": f"{one};{two}"}, {"diagnoses": dotted}))
    f.spare("input.unreadable", f.claim({"charge": "-0", "units": "007.50", "modifiers": "25;;59; LT ;76"}))


def diagnosis_dates(f: ClaimFile) -> None:
    """The last day of one code, the first of another, and the day beyond each."""
    for code, begins in f.rng.sample(f.pools.begun_diagnoses, 4):
        shown = disguise(f.rng, code)
        f.plant(
            "icd10.not_yet_valid",
            f.claim({"date_from": str(begins - DAY)}, {"date_from": str(begins)}, diagnoses=shown, pointers="1"),
            code,
        )
        f.spare("icd10.not_yet_valid", f.claim(diagnoses=shown, date_from=str(begins)))
    for code, ends in f.rng.sample(f.pools.ended_diagnoses, 4):
        shown = disguise(f.rng, code)
        f.plant("icd10.no_longer_valid", f.claim(diagnoses=shown, date_from=str(ends + DAY)), code)
        f.spare("icd10.no_longer_valid", f.claim(diagnoses=shown, date_from=str(ends)))
    f.spare("icd10.unknown", f.claim(diagnoses="ZZZ", date_from="2015-09-30"))


def diagnosis_codes(f: ClaimFile) -> None:
    """Headers, codes that never were, and the code that became a header."""
    for code in f.rng.sample(f.pools.headers, 4):
        f.plant("icd10.incomplete", f.claim(diagnoses=disguise(f.rng, code)), code)
    f.plant("icd10.incomplete", f.claim(diagnoses="m54.5", date_from="2021-10-01"), "M545")
    f.spare("icd10.incomplete", f.claim(diagnoses="m54.5", date_from="2021-09-30"))
    for code, day in f.rng.sample(f.pools.dormant_headers, 3):
        f.plant("icd10.incomplete", f.claim(diagnoses=code, date_from=str(day)), code)
    for code in ("ZZZ", "A0", "A", "I10X", "É12", "U99999999", "-"):
        f.plant("icd10.unknown", f.claim(diagnoses=code), code)


def diagnosis_order(f: ClaimFile) -> None:
    """What may not stand first, and what may stand once only."""
    plain = f.pools.steady_diagnoses[0]
    for position, rule in enumerate(("icd10.manifestation_first", "icd10.external_cause_first")):
        for code in f.rng.sample(f.pools.flagged(position), 2):
            f.plant(rule, f.claim(diagnoses=f"{code};{plain}"), code)
            f.spare(rule, f.claim(diagnoses=f"{plain};{code}"))
            f.spare(rule, f.claim(diagnoses=code, date_from="2019-06-30"))
    other = f.pools.steady_diagnoses[1]
    f.plant("icd10.duplicate", f.claim(diagnoses=f"{plain};{other};{disguise(f.rng, plain)};{plain}"), plain)
    f.spare("icd10.duplicate", f.claim(diagnoses=f"{plain};{other}"))


def diagnosis_age(f: ClaimFile) -> None:
    """Both ends of a range, and a birth on 29 February."""
    cases = (
        ((0, 17), "2008-02-29", "2026-02-28", False),
        ((0, 17), "2008-02-29", "2026-03-01", True),
        ((0, 17), "2007-06-01", "2025-05-31", False),
        ((0, 17), "2007-06-01", "2025-06-01", True),
        ((0, 0), "2024-02-29", "2025-02-28", False),
        ((0, 0), "2024-02-29", "2025-03-01", True),
        ((0, 0), "2025-03-02", "2025-03-01", False),
        ((0, 0), "", "2025-03-01", False),
        ((15, 124), "2010-06-02", "2025-06-01", True),
        ((15, 124), "2010-06-01", "2025-06-01", False),
        ((15, 124), "1890-01-01", "2025-06-01", False),
    )
    for ages, birth, day, hit in cases:
        code = f.rng.choice(f.pools.aged(*ages))
        f.near("icd10.age", hit, f.claim(diagnoses=code, birth_date=birth, date_from=day, pointers="1"), code)


def diagnosis_pointers(f: ClaimFile) -> None:
    """Pointers within, at and beyond the list; lists of 12 and of 13; none at all."""
    for pointers, hit in (
        ("0", True),
        ("3", True),
        ("-1", True),
        ("", True),
        ("2;3", True),
        ("1;2", False),
        ("01;;2;", False),
    ):
        claim = f.claim({"procedure": f.pools.steady_procedures[0], "pointers": pointers})
        f.near("diagnosis.pointer", hit, claim, f.pools.steady_procedures[0])
    many = f.rng.sample(f.pools.steady_diagnoses, 13)
    f.plant("diagnosis.too_many", f.claim(diagnoses=";".join(many)))
    f.spare("diagnosis.too_many", f.claim(diagnoses=";".join(many[:12])))
    f.plant("diagnosis.too_many", f.claim({"procedure": "11730", "pointers": "1;2;1;2;1"}), "11730")
    f.spare("diagnosis.too_many", f.claim(pointers="1;2;1;2"))
    missing = f.claim({}, {}, diagnoses=" ; ;", pointers="1")
    f.plant("diagnosis.missing", missing)
    f.spare("diagnosis.pointer", missing)


def procedures(f: ClaimFile) -> None:
    """First days, last days, gaps, and codes in no table, before and after the newest quarter."""
    for code, begins in f.rng.sample(f.pools.begun_procedures, 3):
        f.plant("procedure.not_yet_valid", f.claim({"procedure": code.lower(), "date_from": str(begins - DAY)}), code)
        f.spare("procedure.not_yet_valid", f.claim({"procedure": code, "date_from": str(begins)}))
    for code, ends in f.rng.sample(f.pools.ended_procedures, 3):
        f.plant("procedure.no_longer_valid", f.claim({"procedure": code, "date_from": str(ends + DAY)}), code)
        f.spare("procedure.no_longer_valid", f.claim({"procedure": code, "date_from": str(ends)}))
    for code, day in f.pools.interrupted_procedures:
        f.plant("procedure.no_longer_valid", f.claim({"procedure": code, "date_from": str(day)}), code)
    for asked in ("2019-07-01", "2026-06-30", "2026-07-01"):
        f.plant("procedure.unknown", f.claim({"procedure": "xyzzy", "date_from": asked}), "XYZZY")
    f.spare("procedure.unknown", f.claim({"procedure": "XYZZY", "date_from": "2019-06-30"}))


def places_and_providers(f: ClaimFile) -> None:
    """Two digits of an assigned place; ten digits that check."""
    for place, hit in (
        ("1", True),
        ("00", True),
        ("28", True),
        ("100", True),
        ("1a", True),
        ("\u0661\u0661", True),
        ("01", False),
        ("99", False),
        ("66", False),
    ):
        f.near("place.unknown", hit, f.claim(place_of_service=place), place)
    for npi in ("1143044324", "114304432", "11430443230", "3143044329", "0143044325", "114304432x", "\u0661143044323"):
        f.plant("npi.check_digit", f.claim(rendering_npi=npi), npi)
    f.spare("npi.check_digit", f.claim(rendering_npi="2840388542"))
    f.plant("npi.missing", f.claim(rendering_npi=""))
    f.spare("npi.check_digit", f.claim(rendering_npi=" "))


def modifiers(f: ClaimFile) -> None:
    """Each rule on one modifier, and each conflict of two."""
    cases = (
        ("modifier.unknown", "11730", "zq", "2025-03-04", True),
        ("modifier.unknown", "11730", "q", "2026-07-01", True),
        ("modifier.unknown", "11730", "ZQ", "2019-06-30", False),
        ("modifier.unknown", "11730", "3P", "2025-03-04", False),
        ("modifier.not_valid_on_date", "11730", "GD", "2020-01-01", True),
        ("modifier.not_valid_on_date", "11730", "GD", "2019-12-31", False),
        ("modifier.not_valid_on_date", "11730", "1P", "2025-03-04", False),
        ("modifier.not_on_em", "99213", "59", "2025-03-04", True),
        ("modifier.not_on_em", "99499", "xu", "2025-03-04", True),
        ("modifier.not_on_em", "99201", "XE", "2025-03-04", True),
        ("modifier.not_on_em", "99500", "59", "2025-03-04", False),
        ("modifier.not_on_em", "99200", "59", "2025-03-04", False),
        ("modifier.not_on_em", "9921T", "59", "2025-03-04", False),
        ("modifier.em_only", "11730", "25", "2025-03-04", True),
        ("modifier.em_only", "92003", "57", "2025-03-04", True),
        ("modifier.em_only", "92004", "24", "2025-03-04", False),
        *(("modifier.em_only", code, "25", "2025-03-04", False) for code in ("G0101", "G0402", "G0438", "G0439")),
        ("modifier.em_only", "99499", "25", "2025-03-04", False),
    )
    for rule, procedure, modifier, day, hit in cases:
        claim = f.claim({"procedure": procedure, "modifiers": modifier, "date_from": day})
        f.near(rule, hit, claim, procedure, modifier.upper())
    f.plant("modifier.repeated", f.claim({"procedure": "11730", "modifiers": "kx;76;KX"}), "11730", "KX")
    f.spare("modifier.repeated", f.claim({"modifiers": "KX;76"}))
    for two in ("RT;LT", "50;LT", "RT;50", "TC;26", "PO;ER", "CT;FX", "fy;fx"):
        f.plant(
            "modifier.conflict",
            f.claim({"procedure": "11730", "modifiers": two}),
            "11730",
            *sorted(two.upper().split(";")),
        )
    for two in ("LT", "LT;LT", "50;26", "TC;LT", "ER;FX"):
        f.spare("modifier.conflict", f.claim({"modifiers": two}))
    f.spare("modifier.conflict", f.claim({"modifiers": "ER;PO", "date_from": "2019-06-30"}))


def pairs(f: ClaimFile) -> None:
    """NCCI pairs: within a claim, across claims, bypassed from either side, and parted by day, provider or patient."""
    on = {"date_from": "2025-03-04", "rendering_npi": "1143044323"}
    one, two = f.rng.choice(f.pools.open_pairs(0))
    f.plant(
        "ncci.ptp_never", f.claim({"procedure": two.lower(), "modifiers": "59"}, {"procedure": one}, **on), one, two
    )
    one, two = f.rng.choice(f.pools.open_pairs(1))
    alone, lifted = "ncci.ptp_modifier_missing", "ncci.ptp_bypassed"
    f.plant(alone, f.claim({"procedure": one}, {"procedure": two, "modifiers": "50;76"}, **on), one, two)
    f.plant(lifted, f.claim({"procedure": one}, {"procedure": two, "modifiers": "xs"}, **on), one, two)
    f.plant(lifted, f.claim({"procedure": one, "modifiers": "F1"}, {"procedure": two}, **on), one, two)
    half = f.claim({"procedure": one, "modifiers": "RT"}, {"procedure": one}, {"procedure": two}, **on)
    f.plant(alone, half, one, two)
    f.spare(lifted, half)
    shared = on | {"patient_id": f"same-{f.made}"}
    f.claim({"procedure": one}, **shared)
    f.plant(alone, f.claim({"procedure": two}, **shared), one, two)
    for apart in (
        {"date_from": "2025-03-05"},
        {"rendering_npi": "1569583515"},
        {"patient_id": "other"},
        {"rendering_npi": ""},
    ):
        claim = f.claim({"procedure": one}, {"procedure": two} | apart, **on)
        f.spare(alone, claim)
    for one, two, indicator, begins, ends in f.rng.sample(f.pools.pairs, 6):
        if indicator == 0 and begins > date(2019, 7, 1):
            f.plant("ncci.ptp_never", f.claim({"procedure": one}, {"procedure": two}, date_from=str(begins)), one, two)
        if indicator == 0 and ends is not None:
            f.plant("ncci.ptp_never", f.claim({"procedure": one}, {"procedure": two}, date_from=str(ends)), one, two)


def units(f: ClaimFile) -> None:
    """Medically unlikely units: at the value and just above, on one line, over claims, over days."""
    on = {"date_from": "2026-08-03"}
    for indicator, rule in ((1, "ncci.mue_line"), (2, "ncci.mue_day"), (3, "ncci.mue_clinical")):
        for code, value in f.rng.sample(f.pools.limited_by(indicator), 4):
            line = {"procedure": code}
            f.plant(rule, f.claim(line | {"units": f"{value}.25"}, **on), code)
            f.spare(rule, f.claim(line | {"units": f"{value}.000"}, **on))
            f.spare(rule, f.claim(line | {"units": str(value + 1)}, date_from="2026-06-30"))
            spread = {"date_from": "2026-08-03", "date_to": "2026-08-05"}
            f.spare(rule, f.claim(line | {"units": str(3 * value)}, **spread))
            f.plant(rule, f.claim(line | {"units": f"{3 * value}.5"}, **spread), code)
            shared = on | {"patient_id": f"units-{f.made}", "rendering_npi": "1143044323"}
            first = f.claim(line | {"units": str(value), "modifiers": "59"}, **shared)
            second = f.claim(line | {"units": "0.5", "modifiers": "76"}, **shared)
            third = f.claim(line | {"units": "-9", "modifiers": "91"}, **shared)
            for claim in (first, second, third) if indicator > 1 and value else ():
                f.plant(rule, claim, code)
    two = next(code for code, value in f.pools.limited_by(3, 300) if value == 2)
    f.spare("ncci.mue_clinical", f.claim(*[{"procedure": two, "units": "0.1"}] * 20, **on))
    for code in f.pools.limited[-4:]:
        if f.pools.tables.mue[code][0][3] == 1:
            f.plant("ncci.mue_line", f.claim({"procedure": code, "units": "0.001"}, **on), code)


def addons(f: ClaimFile) -> None:
    """Add-ons alone, with a primary on another claim, and with one on another day."""
    rule, day = "addon.primary_missing", "2025-11-03"
    for kind in (1, 2, 3):
        code = f.rng.choice(f.pools.addons(kind))
        f.plant(rule, f.claim({"procedure": code}, date_from=day), code)
        primaries = f.pools.primaries(code, date(2025, 11, 3)) or ["11730"]
        shared = {"patient_id": f"addon-{f.made}", "rendering_npi": "1143044323", "date_from": day}
        f.spare(rule, f.claim({"procedure": code}, **shared))
        f.claim({"procedure": f.rng.choice(primaries)}, **shared)
        f.plant(
            rule,
            f.claim({"procedure": code}, {"procedure": primaries[0], "date_from": "2025-11-04"}, date_from=day),
            code,
        )
    for code in f.pools.addons_of_both_lists:
        f.plant(rule, f.claim({"procedure": code}, date_from=day), code)
    other = f.pools.addons(2)[:2]
    f.plant(rule, f.claim({"procedure": other[0]}, {"procedure": other[1]}, date_from=day), other[0])
    f.spare(rule, f.claim({"procedure": f.rng.choice(f.pools.addons(1))}, date_from="2019-06-30"))


def lines(f: ClaimFile) -> None:
    """Lines billed again, units and dates."""
    again = {"procedure": "11730", "modifiers": "KX;76"}
    f.plant("line.duplicate", f.claim(again, again | {"modifiers": "76;kx;KX", "units": "2"}), "11730")
    f.spare("line.duplicate", f.claim(again, again | {"modifiers": "76"}))
    f.spare("line.duplicate", f.claim(again, again | {"rendering_npi": ""}))
    shared = {"patient_id": f"again-{f.made}", "rendering_npi": "1143044323"}
    claims = sorted(f.claim(again, **shared) for _ in range(3))
    f.spare("line.duplicate", claims[0])
    for claim in claims[1:]:
        f.plant("line.duplicate", claim, "11730")
    for number, hit in (("0", True), ("-1.5", True), ("-0.0", True), ("0.001", False)):
        f.near("line.units", hit, f.claim({"procedure": "11730", "units": number}), "11730")
    today, tomorrow, yesterday = str(AS_OF), str(AS_OF + DAY), str(AS_OF - DAY)
    cases = (
        (today, "", False),
        (tomorrow, "", True),
        (today, tomorrow, True),
        (today, today, False),
        (today, yesterday, True),
        (yesterday, today, False),
    )
    for first, last, hit in cases:
        f.near("line.dates", hit, f.claim({"procedure": "11730", "date_from": first, "date_to": last}), "11730")


def filing(f: ClaimFile) -> None:
    """The last day to file, and the day after it, in years, days and months."""
    cases = (
        ("MEDICARE", "2025-11-24", False),
        ("MEDICARE", "2025-11-23", True),
        ("medicare", "2020-11-23", False),
        ("", "2020-11-23", False),
        ("NORTHWIND", "2025-12-31", True),
        ("NORTHWIND", "2026-08-24", False),
        ("NORTHWIND", "2026-08-23", True),
        ("NORTHWIND", "2014-12-31", False),
    )
    for payer, day, hit in cases:
        f.near("filing.expired", hit, f.claim({"procedure": "11730", "payer": payer, "date_from": day}), "11730")


PLANTINGS: tuple[Callable[[ClaimFile], None], ...] = (
    unreadable,
    diagnosis_dates,
    diagnosis_codes,
    diagnosis_order,
    diagnosis_age,
    diagnosis_pointers,
    procedures,
    places_and_providers,
    modifiers,
    pairs,
    units,
    addons,
    lines,
    filing,
)
