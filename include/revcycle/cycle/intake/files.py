"""The three intake files: their columns, in the order of the documentation, which is made from this table."""

from dataclasses import dataclass

from revcycle.cycle.intake import cells
from revcycle.cycle.intake.cells import Kind, choice


@dataclass(frozen=True)
class Column:
    """One column. `whole`: it belongs to the encounter and is the same on all its lines."""

    name: str
    kind: Kind
    example: str
    about: str
    required: bool = False
    whole: bool = False


@dataclass(frozen=True)
class FileKind:
    """One kind of file; `subject` is the column that names what a bad row quarantines, `subject_kind` its name."""

    name: str
    subject_kind: str
    subject: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def _required(name: str, kind: Kind, example: str, about: str, *, whole: bool = False) -> Column:
    return Column(name, kind, example, about, required=True, whole=whole)


def _of_encounter(name: str, kind: Kind, example: str, about: str) -> Column:
    return Column(name, kind, example, about, whole=True)


SEX = choice("F", "M", "U")
# 837 CLM11-1, SBR05 and CTP05.
ACCIDENT_CAUSE = choice("AA", "EM", "OA")
INSURANCE_TYPE = choice("12", "13", "14", "15", "16", "41", "42", "43", "47")
DRUG_UNIT = choice("F2", "GR", "ME", "ML", "UN")

PATIENTS = FileKind(
    "patients",
    "patient",
    "patient_id",
    (
        _required("patient_id", cells.IDENTIFIER, "P000123", "The patient's id in the source system"),
        _required("last_name", cells.TEXT, "Example", "Family name"),
        _required("first_name", cells.TEXT, "Ada", "Given name"),
        Column("middle_name", cells.TEXT, "B", "Middle name or initial"),
        Column("suffix", cells.TEXT, "Jr", "Suffix of the name"),
        _required("birth_date", cells.DAY, "1961-03-09", "Date of birth"),
        _required("sex", SEX, "F", "As the payer has it; U where unknown"),
        Column("death_date", cells.DAY, "", "Date of death"),
        _required("address_1", cells.TEXT, "12 Sample Street", "Street and number"),
        Column("address_2", cells.TEXT, "Unit 4", "Second address line"),
        _required("city", cells.TEXT, "Sampleton", "City"),
        _required("state", cells.STATE, "ME", "Postal abbreviation"),
        _required("zip", cells.ZIP, "03991", "5 or 9 digits, leading zeros kept; a hyphen is dropped"),
        Column("phone", cells.IDENTIFIER, "2075550123", "Telephone number"),
    ),
)

COVERAGE = FileKind(
    "coverage",
    "coverage",
    "patient_id",
    (
        _required("patient_id", cells.IDENTIFIER, "P000123", "A patient of patients.csv, now or earlier"),
        _required("responsibility", choice("P", "S", "T"), "P", "Primary, secondary, tertiary"),
        _required("payer", cells.IDENTIFIER, "MEDICARE", "A payer code of practice.yaml"),
        _required("member_id", cells.IDENTIFIER, "M-0001-01", "The member's number at the payer"),
        Column("group_number", cells.IDENTIFIER, "G-100", "Group or policy number"),
        Column("group_name", cells.TEXT, "Example Works", "Name of the group or plan"),
        Column("insurance_type", INSURANCE_TYPE, "12", "Why Medicare is not primary (837 SBR05)"),
        _required("relationship", choice("self", "spouse", "child", "other"), "self", "The patient to the subscriber"),
        Column("subscriber_last_name", cells.TEXT, "", "Required unless `self`"),
        Column("subscriber_first_name", cells.TEXT, "", "Required unless `self`"),
        Column("subscriber_middle_name", cells.TEXT, "", "Middle name or initial"),
        Column("subscriber_suffix", cells.TEXT, "", "Suffix of the name"),
        Column("subscriber_birth_date", cells.DAY, "", "Required unless `self`"),
        Column("subscriber_sex", SEX, "", "Required unless `self`"),
        Column("subscriber_address_1", cells.TEXT, "", "Required unless `self`"),
        Column("subscriber_address_2", cells.TEXT, "", "Second address line"),
        Column("subscriber_city", cells.TEXT, "", "Required unless `self`"),
        Column("subscriber_state", cells.STATE, "", "Required unless `self`"),
        Column("subscriber_zip", cells.ZIP, "", "Required unless `self`"),
        _required("valid_from", cells.DAY, "2026-01-01", "First day, included"),
        Column("valid_to", cells.DAY, "", "Last day, included; empty while it lasts"),
    ),
)

CHARGES = FileKind(
    "charges",
    "encounter",
    "encounter_id",
    (
        _required("encounter_id", cells.IDENTIFIER, "E00000042", "The encounter's id in the source system"),
        _required("line", cells.LINE, "1", "Number of the charge line, from 1, once in an encounter"),
        _of_encounter("status", choice("cancelled"), "", "Empty, or that the encounter is void"),
        _of_encounter(
            "entered_on",
            cells.DAY,
            "2026-07-02",
            "The day the coding was finished, not after the day of intake; empty: the latest date_from, "
            "but not after the day of intake",
        ),
        _required("patient_id", cells.IDENTIFIER, "P000123", "A patient of patients.csv, now or earlier", whole=True),
        _required("billing_npi", cells.NPI, "1000000012", "A billing provider of practice.yaml", whole=True),
        Column("rendering_npi", cells.NPI, "1000000111", "Who rendered the service"),
        Column("taxonomy", cells.IDENTIFIER, "207Q00000X", "Specialty of the rendering provider"),
        Column("referring_npi", cells.NPI, "", "Who referred"),
        Column("supervising_npi", cells.NPI, "", "Who supervised"),
        Column("ordering_npi", cells.NPI, "", "Who ordered"),
        Column("facility_npi", cells.NPI, "", "Where, when not at the billing provider's address"),
        _required("date_from", cells.DAY, "2026-07-01", "Date of service"),
        Column("date_to", cells.DAY, "", "Last date of service"),
        _required("place_of_service", cells.PLACE, "11", "CMS place of service; one digit is padded and reported"),
        _required("procedure", cells.PROCEDURE, "G0439", "CPT or HCPCS code"),
        Column("modifiers", cells.MODIFIERS, "25;59", "Up to four"),
        _required("units", cells.UNITS, "1", "Units, at most three decimals"),
        Column("unit_basis", choice("UN", "MJ", blank="UN"), "UN", "Units or anesthesia minutes; empty: UN"),
        _required("charge", cells.MONEY, "125.00", "Charge of the line, at most two decimals"),
        _of_encounter("diagnoses", cells.DIAGNOSES, "E11.9;I10", "ICD-10-CM codes in order, with or without the dot"),
        Column("pointers", cells.POINTERS, "1;2", "This line's diagnoses, counted from 1"),
        Column("prior_authorization", cells.IDENTIFIER, "", "The payer's number of an authorization"),
        _of_encounter("referral_number", cells.IDENTIFIER, "", "The payer's number of a referral"),
        _of_encounter("clia_number", cells.IDENTIFIER, "", "CLIA number of the laboratory"),
        _of_encounter("accident_cause", ACCIDENT_CAUSE, "", "Auto, employment or other accident (837 CLM11)"),
        _of_encounter("accident_date", cells.DAY, "", "Date of the accident"),
        _of_encounter("accident_state", cells.STATE, "", "State of an auto accident"),
        _of_encounter("onset_date", cells.DAY, "", "Onset of the illness"),
        _of_encounter("admission_date", cells.DAY, "", "Admission to a hospital"),
        _of_encounter("note", cells.TEXT, "", "A note on the claim"),
        Column("ndc", cells.IDENTIFIER, "", "National drug code of the line"),
        Column("ndc_units", cells.QUANTITY, "", "Quantity of the drug"),
        Column("ndc_unit", DRUG_UNIT, "", "Unit of the quantity (837 CTP05)"),
    ),
)

KINDS = (PATIENTS, COVERAGE, CHARGES)
