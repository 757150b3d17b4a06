"""A second 837P writer, one segment after the other, as plain as can be: what the fast one must equal byte for byte."""

from datetime import date
from typing import Any

Row = dict[str, Any]


def money(cents: int, scale: int = 100) -> str:
    whole, rest = divmod(abs(cents), scale)
    digits = len(str(scale)) - 1
    text = f"{whole}.{rest:0{digits}}".rstrip("0").rstrip(".")
    return f"-{text}" if cents < 0 else text


def day(value: date) -> str:
    return f"{value.year:04}{value.month:02}{value.day:02}"


class PlainWriter:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.hl = 0

    def seg(self, *elements: Any) -> None:
        self.out.append("*".join("" if e is None else str(e) for e in elements).rstrip("*"))

    def comp(self, *parts: Any) -> str:
        return ":".join("" if p is None else str(p) for p in parts).rstrip(":")

    def address(self, row: Row, prefix: str) -> None:
        self.seg("N3", row[f"{prefix}_street"], row.get(f"{prefix}_street_2"))
        self.seg("N4", row[f"{prefix}_city"], row[f"{prefix}_state"], row[f"{prefix}_zip"])

    def person(self, row: Row, prefix: str, code: str) -> None:
        if row.get(f"{prefix}_npi"):
            self.seg(
                "NM1",
                code,
                1,
                row[f"{prefix}_last"],
                row.get(f"{prefix}_first"),
                "",
                "",
                "",
                "XX",
                row[f"{prefix}_npi"],
            )

    def facility(self, row: Row) -> None:
        if row.get("facility_name"):
            npi = row.get("facility_npi")
            self.seg("NM1", "77", 2, row["facility_name"], "", "", "", "", "XX" if npi else "", npi)
            self.address(row, "facility")

    def header(self, row: Row, created: date, time: str) -> None:
        self.seg("ST", "837", "0001", "005010X222A1")
        self.seg("BHT", "0019", "00", row["batch_id"], day(created), time, "CH")
        self.seg("NM1", "41", "2", row["submitter_name"], "", "", "", "", "46", row["submitter_id"])
        self.seg("PER", "IC", row["contact_name"], "TE", row["contact_phone"])
        self.seg("NM1", "40", "2", row["receiver_name"], "", "", "", "", "46", row["receiver_id"])
        self.hl = 1
        self.seg("HL", 1, "", 20, 1)
        if row.get("billing_taxonomy"):
            self.seg("PRV", "BI", "PXC", row["billing_taxonomy"])
        self.seg("NM1", "85", row["billing_type"], row["billing_name"], "", "", "", "", "XX", row["billing_npi"])
        self.address(row, "billing")
        self.seg("REF", "EI", row["billing_tax_id"])
        if row.get("billing_phone"):
            self.seg("PER", "IC", row.get("billing_contact"), "TE", row["billing_phone"])
        if row.get("pay_to_street"):
            self.seg("NM1", "87", row["billing_type"])
            self.address(row, "pay_to")

    def claim(self, c: Row, of: dict[str, list[Row]]) -> None:
        self.hl += 1
        subscriber, dependent = self.hl, c.get("relationship") is not None
        self.seg("HL", subscriber, 1, 22, int(dependent))
        self.seg("SBR", c["payer_order"], c.get("self"), c.get("group_number"), c.get("group_name"),
                 c.get("insurance_type"), "", "", "", c["filing_code"])  # fmt: skip
        self.seg("NM1", "IL", c["subscriber_type"], c["subscriber_last"], c.get("subscriber_first"),
                 c.get("subscriber_middle"), "", c.get("subscriber_suffix"), "MI", c["member_id"])  # fmt: skip
        if c.get("subscriber_street"):
            self.address(c, "subscriber")
        if c.get("subscriber_birth"):
            self.seg("DMG", "D8", day(c["subscriber_birth"]), c["subscriber_sex"])
        self.seg("NM1", "PR", 2, c["payer_name"], "", "", "", "", c["payer_id_qualifier"], c["payer_id"])
        if dependent:
            self.hl += 1
            self.seg("HL", self.hl, subscriber, 23, 0)
            self.seg("PAT", c["relationship"])
            self.seg(
                "NM1",
                "QC",
                1,
                c["patient_last"],
                c.get("patient_first"),
                c.get("patient_middle"),
                "",
                c.get("patient_suffix"),
            )
            self.address(c, "patient")
            self.seg("DMG", "D8", day(c["patient_birth"]), c["patient_sex"])
        self.about(c)
        for other in of["other"]:
            self.other(other, [r for r in of["other_cas"] if r["n"] == other["n"]])
        for each in of["line"]:
            self.line(each)
            for said in (s for s in of["adjudication"] if s["n"] == each["n"]):
                place = said["n"], said["m"]
                self.said(said, [r for r in of["adjudication_cas"] if (r["n"], r["m"]) == place])

    def about(self, c: Row) -> None:
        self.seg("CLM", c["patient_control_number"], money(c["charge"]), "", "",
                 self.comp(c["place"], "B", c["frequency"]), c["signature"], c["assignment"], c["benefits"],
                 c["release"], "", self.comp(c.get("accident_cause"), "", "", c.get("accident_state")))  # fmt: skip
        for name, code in (("onset", "431"), ("accident", "439"), ("admission", "435"), ("discharge", "096")):
            if c.get(name):
                self.seg("DTP", code, "D8", day(c[name]))
        if c.get("attachment_type"):
            number = c.get("attachment_number")
            self.seg("PWK", c["attachment_type"], c["attachment_how"], "", "", "AC" if number else "", number)
        if c.get("patient_paid") is not None:
            self.seg("AMT", "F5", money(c["patient_paid"]))
        for name, code in (("referral_number", "9F"), ("prior_authorization", "G1"), ("payer_claim_number", "F8"),
                           ("clia", "X4"), ("clearinghouse_number", "D9"), ("medical_record", "EA")):  # fmt: skip
            if c.get(name):
                self.seg("REF", code, c[name])
        if c.get("note"):
            self.seg("NTE", "ADD", c["note"])
        codes = [c[f"diagnosis_{i}"] for i in range(1, 13) if c.get(f"diagnosis_{i}")]
        self.seg("HI", *(self.comp("ABF" if i else "ABK", code) for i, code in enumerate(codes)))
        self.person(c, "referring", "DN")
        self.person(c, "rendering", "82")
        if c.get("rendering_npi") and c.get("rendering_taxonomy"):
            self.seg("PRV", "PE", "PXC", c["rendering_taxonomy"])
        self.facility(c)
        self.person(c, "supervising", "DQ")

    def other(self, o: Row, reasons: list[Row]) -> None:
        self.seg("SBR", o["order"], o["relationship"], o.get("group_number"), o.get("group_name"),
                 o.get("insurance_type"), "", "", "", o["filing_code"])  # fmt: skip
        for r in reasons:
            self.cas(r)
        for name, code in (("paid", "D"), ("patient_liability", "EAF"), ("noncovered", "A8")):
            if o.get(name) is not None:
                self.seg("AMT", code, money(o[name]))
        self.seg("OI", "", "", o["benefits"], "", "", o["release"])
        if o.get("remark_1"):
            self.seg("MOA", "", "", o["remark_1"], o.get("remark_2"), o.get("remark_3"))
        self.seg(
            "NM1",
            "IL",
            o["subscriber_type"],
            o["subscriber_last"],
            o.get("subscriber_first"),
            "",
            "",
            "",
            "MI",
            o["member_id"],
        )
        self.seg("NM1", "PR", 2, o["payer_name"], "", "", "", "", "PI", o["payer_id"])
        if o.get("paid_date"):
            self.seg("DTP", "573", "D8", day(o["paid_date"]))
        if o.get("payer_claim_number"):
            self.seg("REF", "F8", o["payer_claim_number"])

    def cas(self, r: Row) -> None:
        parts: list[str] = []
        for i in range(1, 7):
            if r.get(f"reason_{i}"):
                quantity = r.get(f"quantity_{i}")
                parts += [r[f"reason_{i}"], money(r[f"amount_{i}"]), "" if quantity is None else money(quantity, 1000)]
        self.seg("CAS", r["group"], *parts)

    def line(self, x: Row) -> None:
        self.seg("LX", x["number"])
        modifiers = [x.get(f"modifier_{i}") for i in range(1, 5)]
        procedure = self.comp("HC", x["procedure"], *modifiers, x.get("description"))
        pointers = self.comp(*(x.get(f"pointer_{i}") for i in range(1, 5)))
        units = money(x["units"], 1000)
        self.seg("SV1", procedure, money(x["charge"]), x["unit_basis"], units, x.get("place"), "", pointers)
        if x.get("service_to"):
            self.seg("DTP", "472", "RD8", f"{day(x['service_from'])}-{day(x['service_to'])}")
        else:
            self.seg("DTP", "472", "D8", day(x["service_from"]))
        if x.get("prior_authorization"):
            self.seg("REF", "G1", x["prior_authorization"])
        self.seg("REF", "6R", x["control_number"])
        if x.get("note"):
            self.seg("NTE", "ADD", x["note"])
        if x.get("ndc"):
            self.seg("LIN", "", "N4", x["ndc"])
            self.seg("CTP", "", "", "", money(x["ndc_quantity"], 1000), x["ndc_unit"])
        self.person(x, "rendering", "82")
        if x.get("rendering_npi") and x.get("rendering_taxonomy"):
            self.seg("PRV", "PE", "PXC", x["rendering_taxonomy"])
        self.facility(x)
        self.person(x, "supervising", "DQ")
        self.person(x, "ordering", "DK")
        self.person(x, "referring", "DN")

    def said(self, s: Row, reasons: list[Row]) -> None:
        procedure = self.comp("HC", s["procedure"], s.get("modifier_1"))
        self.seg("SVD", s["payer_id"], money(s["paid"]), procedure, "", money(s["units"], 1000))
        for r in reasons:
            self.cas(r)
        self.seg("DTP", "573", "D8", day(s["paid_date"]))
        if s.get("patient_liability") is not None:
            self.seg("AMT", "EAF", money(s["patient_liability"]))


def plain_837p(rows: dict[str, list[Row]], e: Any) -> bytes:
    """One interchange from rows; `e` is an Envelope837."""
    writer = PlainWriter()
    when = e.created
    writer.header(rows["set"][0], when.date(), f"{when:%H%M}")
    for n, claim in enumerate(rows["claim"]):
        sections = ("line", "other", "other_cas", "adjudication", "adjudication_cas")
        writer.claim(claim, {name: [r for r in rows.get(name, []) if r["claim"] == n] for name in sections})
    body = writer.out
    isa = f"ISA*00*{'':10}*00*{'':10}*{e.sender_qualifier}*{e.sender_id:<15}*{e.receiver_qualifier}*{e.receiver_id:<15}"
    isa += f"*{when:%y%m%d}*{when:%H%M}*^*00501*{e.isa13:09}*0*{e.usage}*:"
    gs = f"GS*HC*{e.sender_id}*{e.receiver_id}*{when:%Y%m%d}*{when:%H%M}*{e.gs06}*X*005010X222A1"
    all_of_it = [isa, gs, *body, f"SE*{len(body) + 1}*0001", f"GE*1*{e.gs06}", f"IEA*1*{e.isa13:09}"]
    return "".join(f"{segment}~" for segment in all_of_it).encode()
