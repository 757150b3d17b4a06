"""The practice.yaml of an empty practice: it can be read as it is; taking the `#` from an example fills it in."""

TEMPLATE = """\
# The settings of the practice. They are read again before each intake and each night; an error names its line.
# Every example below begins with '#  ': remove that '#' and put your own values in. A key that is not known is refused.

# As it should appear in reports.
name: My practice
# Dates of the nights are counted here (names as in the IANA time zone database).
time_zone: America/New_York

# Who bills and is paid. The billing_npi of every charge must be one of these.
# npi has ten digits, the last being its check digit; tax_id nine digits; taxonomy ten characters, the last being X.
billing_providers:
#  - npi: "1000000012"
#    tax_id: "000000001"
#    name: Example Medical Group
#    address: {line_1: 1 Example Square, line_2: "", city: Sampleton, state: ME, zip: "03991"}
#    taxonomy: 193200000X
#    phone: "2075550100"

# Who renders, refers, supervises or orders. One that is not listed here is a finding of the sweep (npi.unlisted).
# specialty is a word of your own; staff who have the same word get the findings of this provider.
# valid_from and valid_to may be left out.
providers:
#  - npi: "1000000111"
#    last_name: Example
#    first_name: Ada
#    taxonomy: 207Q00000X
#    specialty: family_medicine
#    valid_from: 2010-01-01
#    valid_to: 2039-12-31

# Where services are rendered, when not at the billing provider's address. place_of_service has two digits.
facilities:
#  - npi: "1000000210"
#    name: Example Hospital
#    address: {line_1: 200 Example Parkway, city: Sampleton, state: ME, zip: "03991"}
#    place_of_service: "22"

# Who pays. The payer of every coverage must be one of these codes.
# kind: medicare, medicaid, tricare, champva, commercial, workers_compensation, auto, self_pay or other.
# filing_limits: how long a claim may take from the date of service, in days, months or years, for services from
# valid_from to valid_to (may be left out), and where that is written. A payer without one is not judged by it.
# counts_from: date_from, or date_to for an institutional claim's Through date. rolls: whether a last day on a weekend
# or holiday moves to the next business day. US federal holidays are known; holidays (of a payer, or here at the left
# margin for all) adds days. Written in the same way, each chosen by the day it is counted from:
# - secondary_limits: from the remittance of the payer before; the later of this and of the filing limit counts.
# - correction_limits: counts_from remittance (unless said), date_from or date_to.
# - appeal_limits: from the remittance and presumed_receipt_days; not_for: denial reasons without a right of appeal.
# exceptions: more time for services of those dates, of one claim or (without claim) of all; reason: agency_error,
# retroactive_entitlement, state_recoupment, retroactive_disenrollment or waiver; until a day, or limit from notified_on
# through the end of its last month; evidence: what shows it and where it is kept. Never assume one.
# receipt: what arrives at cut_off_hour of the payer's time or later, or with business_days_only on a weekend or
# holiday, counts as the next (business) day. warnings: days_before a last day on which billers are warned (30, 14 and 3
# unless said); at the last of them the item goes to escalates_to, one of staff.
# claims of a payer says how it takes claims, from valid_from to valid_to (may be left out), and where that is written;
# without one its claims are held. partner: the connection of one of trading_partners. payer_id: NM109 of the 837.
# filing_indicator: SBR09 (MB Medicare Part B, MC Medicaid, CH TRICARE, CI commercial, BL Blue Cross, ...).
# usage: T test or P production; P is sent only where the trading partner says P too. enrolled: false holds its claims.
# alone: its claims share no file with another payer's. holds_for_review: rules whose review findings hold them ('*').
payers:
#  - code: MEDICARE
#    name: Medicare Part B
#    kind: medicare
#    time_zone: America/New_York
#    filing_limits:
#      - valid_from: 2010-01-01
#        limit: {years: 1}
#        source: 42 CFR 424.44
#        rolls: true
#    appeal_limits:
#      - valid_from: 2010-01-01
#        limit: {days: 120}
#        presumed_receipt_days: 5
#        rolls: true
#        not_for: ["29"]
#        source: 42 CFR 405.942
#    exceptions:
#      - valid_from: 2025-03-01
#        valid_to: 2025-08-31
#        claim: 2B3C4D5F6G
#        reason: retroactive_entitlement
#        notified_on: 2026-09-14
#        limit: {months: 6}
#        source: 42 CFR 424.44(b)(2)
#        evidence: notice of entitlement, folder 12
#    receipt:
#      - valid_from: 2010-01-01
#        cut_off_hour: 18
#        business_days_only: true
#        source: First Coast Service Options, electronic claims receipt
#    warnings:
#      - valid_from: 2010-01-01
#        days_before: [30, 14, 3]
#        escalates_to: biller
#        source: practice policy
#  - code: EXAMPLE
#    name: Example Health Plan
#    kind: commercial
#    time_zone: America/Chicago
#    filing_limits:
#      - valid_from: 2010-01-01
#        valid_to: 2025-12-31
#        limit: {months: 6}
#        source: contract of 2010, section 7
#      - valid_from: 2026-01-01
#        limit: {days: 90}
#        source: contract of 2026, section 7
#    secondary_limits:
#      - valid_from: 2026-01-01
#        limit: {days: 60}
#        source: contract of 2026, section 8
#    correction_limits:
#      - valid_from: 2026-01-01
#        limit: {days: 90}
#        counts_from: remittance
#        source: contract of 2026, section 9
#    holidays: [2026-11-27]
#    claims:
#      - valid_from: 2020-01-01
#        source: companion guide of 2020
#        partner: clearinghouse
#        payer_id: EXMPL
#        filing_indicator: CI
#        usage: T
#        enrolled: true
#        alone: false
#        most_claims: 2000
#        holds_for_review: [addon.primary_missing]
#        takes_corrections: true
#        sends_277ca: true
#        hours_to_277ca: 48
#        days_to_835: 30

# Who takes the files: mostly one clearinghouse. connection is the id of an Airflow connection of type SFTP (host, port,
# login, password or private key). Its server's key stands in host_keys, or in the connection's extra as `host_key`;
# everything but the ids and the contact may be left out.
trading_partners:
#  - connection: clearinghouse
#    name: Example Clearinghouse
#    usage: T
#    sender_qualifier: ZZ
#    sender_id: EXAMPLEGRP
#    receiver_qualifier: ZZ
#    receiver_id: EXAMPLECH
#    submitter_name: Example Medical Group
#    submitter_id: "4711"
#    contact_name: EDI desk
#    contact_phone: "2075550100"
#    receiver_name: Example Clearinghouse
#    mailbox:
#      upload: /inbound
#      download: /outbound
#      style: rename
#      temporary: ".{name}.part"
#      name: "{sender}-{isa13:09}.837"
#      picks_up: true
#      removes: false
#      read_back: false
#    host_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"]
#    refuses_duplicates: true
#    sends_positive_ta1: true
#    hours_to_ta1: 2
#    hours_to_999: 24
#    hours_in_doubt: 24

# Who works here. username is the Airflow user; roles are coder, biller and ops (who may start and stop runs);
# credentials such as CPC, CCS, CRC decide who gets which findings.
staff:
#  - username: coder
#    roles: [coder]
#    credentials: [CPC]
#    specialties: [family_medicine]
#    approval_limit: "0.00"
#  - username: biller
#    roles: [biller]
#    approval_limit: "100.00"
"""
