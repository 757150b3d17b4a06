"""Where in the claim a rejection points, and which edit of the sweep should have caught it: in our own words.

Two lists, as of November 2026: claim status codes (STC01-2, code list 508) with the entity they are about, and the
segment and element that a 999 names (IK3 and IK4). Only what is certain is here; the rest is told by its code alone.
"""

from dataclasses import dataclass

from revcycle.foundation.work.routing import need

LOOPS = {
    "41": "1000A",
    "85": "2010AA",
    "IL": "2010BA",
    "PR": "2010BB",
    "QC": "2010CA",
    "DN": "2310A",
    "82": "2310B",
    "77": "2310C",
    "DQ": "2310D",
    "DK": "2420E",
}
"""The loop of the 837P in which an entity of STC01-3 stands."""

STATUSES = {
    "26": ("NM1", "NM109", ""),
    "33": ("NM1", "NM109", ""),
    "54": ("CLM", "CLM01", "line.duplicate"),
    "78": ("CLM", "CLM01", "line.duplicate"),
    "116": ("NM1", "NM109", ""),
    "125": ("NM1", "NM103", ""),
    "126": ("N3", "N301", ""),
    "128": ("REF", "REF02", ""),
    "145": ("PRV", "PRV03", ""),
    "153": ("NM1", "NM109", ""),
    "156": ("SBR", "SBR02", ""),
    "157": ("DMG", "DMG03", ""),
    "158": ("DMG", "DMG02", ""),
    "164": ("NM1", "NM109", ""),
    "178": ("CLM", "CLM02", ""),
    "187": ("DTP", "DTP03", "line.dates"),
    "218": ("LIN", "LIN03", ""),
    "249": ("CLM", "CLM05-1", "place.unknown"),
    "254": ("HI", "HI01-2", "icd10.unknown"),
    "255": ("HI", "HI01-2", "icd10.unknown"),
    "453": ("SV1", "SV101-3", "modifier.unknown"),
    "454": ("SV1", "SV101-2", "procedure.unknown"),
    "476": ("SV1", "SV104", "line.units"),
    "477": ("SV1", "SV107", "diagnosis.pointer"),
    "500": ("N4", "N403", ""),
    "501": ("N4", "N402", ""),
    "504": ("NM1", "NM103", ""),
    "505": ("NM1", "NM104", ""),
    "507": ("SV1", "SV101-2", "procedure.unknown"),
    "510": ("DTP", "DTP03", "line.dates"),
    "535": ("CLM", "CLM05-3", ""),
    "562": ("NM1", "NM109", "npi.check_digit"),
    "718": ("DTP", "DTP03", "filing.expired"),
}
"""Claim status code: segment, element, rule of the sweep (empty: no edit looks at it)."""

ELEMENTS = {
    ("HI", ""): "icd10.unknown",
    ("SV1", "SV101-2"): "procedure.unknown",
    ("SV1", "SV101-3"): "modifier.unknown",
    ("SV1", "SV101-4"): "modifier.unknown",
    ("SV1", "SV101-5"): "modifier.unknown",
    ("SV1", "SV101-6"): "modifier.unknown",
    ("SV1", "SV104"): "line.units",
    ("SV1", "SV105"): "place.unknown",
    ("SV1", "SV107"): "diagnosis.pointer",
    ("CLM", "CLM05-1"): "place.unknown",
    ("DTP", "DTP03"): "line.dates",
}
NPI_LOOPS = {"2010AA", "2310A", "2310B", "2310C", "2310D", "2420A", "2420C", "2420D", "2420E", "2420F"}
MISSING = "3"  # IK304: a mandatory segment is missing
OF_CODERS = ("icd10.", "procedure.", "modifier.", "diagnosis.", "ncci.", "addon.", "em.")


@dataclass(frozen=True)
class Place:
    """Where a rejection points; every part is empty where it is not known."""

    loop: str = ""
    segment: str = ""
    element: str = ""
    edit: str = ""

    def told(self) -> dict[str, str]:
        """What is known, by name."""
        return {name: value for name, value in vars(self).items() if value}

    def needs(self) -> str:
        """The credential of the coder who can mend it; empty where it is the biller's."""
        return need([self.edit], "").credential if self.edit.startswith(OF_CODERS) else ""


def of_status(status: str, entity: str) -> Place:
    """The place that a claim status code of a 277CA points to, and the edit."""
    segment, element, edit = STATUSES.get(status, ("", "", ""))
    return Place(LOOPS.get(entity, ""), segment, element, edit)


def of_segment(segment: str, loop: str, code: str) -> Place:
    """The place that an IK3 points to; without elements only a missing HI has an edit."""
    return Place(loop, segment, "", "diagnosis.missing" if (segment, code) == ("HI", MISSING) else "")


def of_element(segment: str, loop: str, element: int, component: int) -> Place:
    """The place that an IK4 below its IK3 points to, and the edit."""
    name = f"{segment}{element:02}" + (f"-{component}" if component else "")
    edit = ELEMENTS.get((segment, name)) or ELEMENTS.get((segment, ""), "")
    if name == "NM109" and loop in NPI_LOOPS:
        edit = "npi.check_digit"
    return Place(loop, segment, name, edit)
