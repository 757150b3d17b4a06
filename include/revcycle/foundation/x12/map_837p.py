"""The professional claim, 837 version 005010X222A1: loops and segments in the order of the implementation guide.

`set` is the header with submitter, receiver and billing provider; `claim` one subscriber, patient and claim; `other`
another payer of the claim with what it paid; `line` a service line; `adjudication` what another payer said of it.
"""

from revcycle.foundation.x12.map_format import read_map

VERSION = "005010X222A1"
MOST_LINES = 50
_MODIFIERS = "modifier_1?2..2:modifier_2?2..2:modifier_3?2..2:modifier_4?2..2"
_POINTERS = "pointer_1!2:pointer_2?2:pointer_3?2:pointer_4?2"
_SUBSCRIBER_NAME = "subscriber_last!60 subscriber_first?35 subscriber_middle?25 - subscriber_suffix?10"
_CONSENTS = "signature!1 assignment!1 benefits!1 release!1"
_ACCIDENT = "accident_cause?2..3:-:-:accident_state?2..2"
_REASONS = " ".join(
    f"reason_{i}{'!' if i == 1 else '?'}5 amount_{i}{'!' if i == 1 else '?'}% quantity_{i}?#" for i in range(1, 7)
)
_DIAGNOSES = " ".join(f"=ABF:diagnosis_{i}?30" for i in range(2, 13))

_HEADER = f"""
set | | ST =837 st_control!9 ={VERSION}
set | | BHT =0019 =00 batch_id!50 created!D created_time!8 =CH
set | | NM1 =41 =2 submitter_name!60 - - - - =46 submitter_id!2..80
set | | PER =IC contact_name?60 =TE contact_phone!20
set | | NM1 =40 =2 receiver_name!60 - - - - =46 receiver_id!2..80
set | | HL =1 - =20 =1
set | billing_taxonomy | PRV =BI =PXC billing_taxonomy!50
set | | NM1 =85 billing_type!1 billing_name!60 billing_first?35 - - - =XX&billing_npi billing_npi?2..10
set | | N3 billing_street!55 billing_street_2?55
set | | N4 billing_city!2..30 billing_state!2..2 billing_zip!3..9
set | | REF =EI billing_tax_id!9
set | billing_phone | PER =IC billing_contact?60 =TE billing_phone!20
set | pay_to_street | NM1 =87 billing_type!1
set | pay_to_street | N3 pay_to_street!55 pay_to_street_2?55
set | pay_to_street | N4 pay_to_city!2..30 pay_to_state!2..2 pay_to_zip!3..9
"""
_SUBSCRIBER_AND_PATIENT = f"""
claim | | HL hl!12 =1 =22 hl_child!1
claim | | SBR payer_order!1 self?2 group_number?50 group_name?60 insurance_type?3 - - - filing_code!2
claim | | NM1 =IL subscriber_type!1 {_SUBSCRIBER_NAME} =MI member_id!2..80
claim | subscriber_street | N3 subscriber_street!55 subscriber_street_2?55
claim | subscriber_street | N4 subscriber_city!2..30 subscriber_state!2..2 subscriber_zip!3..9
claim | subscriber_birth | DMG =D8 subscriber_birth!D subscriber_sex!1
claim | | NM1 =PR =2 payer_name!60 - - - - payer_id_qualifier!2..2 payer_id!2..80
claim | payer_street | N3 payer_street!55
claim | payer_street | N4 payer_city!2..30 payer_state!2..2 payer_zip!3..9
claim | relationship | HL hl_patient!12 hl!12 =23 =0
claim | relationship | PAT relationship!2..2
claim | relationship | NM1 =QC =1 patient_last!60 patient_first?35 patient_middle?25 - patient_suffix?10
claim | relationship | N3 patient_street!55 patient_street_2?55
claim | relationship | N4 patient_city!2..30 patient_state!2..2 patient_zip!3..9
claim | relationship | DMG =D8 patient_birth!D patient_sex!1
"""
_CLAIM = f"""
claim | | CLM patient_control_number!20 charge!$ - - place!2:=B:frequency!1 {_CONSENTS} - {_ACCIDENT}
claim | onset | DTP =431 =D8 onset!D
claim | accident | DTP =439 =D8 accident!D
claim | admission | DTP =435 =D8 admission!D
claim | discharge | DTP =096 =D8 discharge!D
claim | attachment_type | PWK attachment_type!2..2 attachment_how!2 - - =AC&attachment_number attachment_number?2..50
claim | patient_paid | AMT =F5 patient_paid!$
claim | referral_number | REF =9F referral_number!50
claim | prior_authorization | REF =G1 prior_authorization!50
claim | payer_claim_number | REF =F8 payer_claim_number!50
claim | clia | REF =X4 clia!50
claim | clearinghouse_number | REF =D9 clearinghouse_number!20
claim | medical_record | REF =EA medical_record!50
claim | note | NTE =ADD note!80
claim | | HI =ABK:diagnosis_1!30 {_DIAGNOSES}
claim | referring_npi | NM1 =DN =1 referring_last!60 referring_first?35 - - - =XX referring_npi!2..10
claim | rendering_npi | NM1 =82 =1 rendering_last!60 rendering_first?35 - - - =XX rendering_npi!2..10
claim | rendering_npi rendering_taxonomy | PRV =PE =PXC rendering_taxonomy!50
claim | facility_npi | NM1 =77 =2 facility_name!60 - - - - =XX facility_npi!2..10
claim | !facility_npi facility_name | NM1 =77 =2 facility_name!60
claim | facility_name | N3 facility_street!55 facility_street_2?55
claim | facility_name | N4 facility_city!2..30 facility_state!2..2 facility_zip!3..9
claim | supervising_npi | NM1 =DQ =1 supervising_last!60 supervising_first?35 - - - =XX supervising_npi!2..10
"""
_OTHER_PAYER = f"""
other | | SBR order!1 relationship!2..2 group_number?50 group_name?60 insurance_type?3 - - - filing_code!2
other_cas | | CAS group!2 {_REASONS}
other | paid | AMT =D paid!$
other | patient_liability | AMT =EAF patient_liability!$
other | noncovered | AMT =A8 noncovered!$
other | | OI - - benefits!1 - - release!1
other | remark_1 | MOA - - remark_1!50 remark_2?50 remark_3?50
other | | NM1 =IL subscriber_type!1 subscriber_last!60 subscriber_first?35 - - - =MI member_id!2..80
other | | NM1 =PR =2 payer_name!60 - - - - =PI payer_id!2..80
other | paid_date | DTP =573 =D8 paid_date!D
other | payer_claim_number | REF =F8 payer_claim_number!50
"""
_LINE = f"""
line | | LX number!6
line | | SV1 =HC:procedure!48:{_MODIFIERS}:description?80 charge!$ unit_basis!2..2 units!# place?2 - {_POINTERS}
line | !service_to | DTP =472 =D8 service_from!D
line | service_to | DTP =472 =RD8 service_from!D-service_to!D
line | prior_authorization | REF =G1 prior_authorization!50
line | | REF =6R control_number!50
line | note | NTE =ADD note!80
line | ndc | LIN - =N4 ndc!48
line | ndc | CTP - - - ndc_quantity!# ndc_unit!2..2
line | rendering_npi | NM1 =82 =1 rendering_last!60 rendering_first?35 - - - =XX rendering_npi!2..10
line | rendering_npi rendering_taxonomy | PRV =PE =PXC rendering_taxonomy!50
line | facility_npi | NM1 =77 =2 facility_name!60 - - - - =XX facility_npi!2..10
line | !facility_npi facility_name | NM1 =77 =2 facility_name!60
line | facility_name | N3 facility_street!55 facility_street_2?55
line | facility_name | N4 facility_city!2..30 facility_state!2..2 facility_zip!3..9
line | supervising_npi | NM1 =DQ =1 supervising_last!60 supervising_first?35 - - - =XX supervising_npi!2..10
line | ordering_npi | NM1 =DK =1 ordering_last!60 ordering_first?35 - - - =XX ordering_npi!2..10
line | referring_npi | NM1 =DN =1 referring_last!60 referring_first?35 - - - =XX referring_npi!2..10
"""
_ADJUDICATION = f"""
adjudication | | SVD payer_id!2..80 paid!$ =HC:procedure!48:{_MODIFIERS} - units!# bundled_line?6
adjudication_cas | | CAS group!2 {_REASONS}
adjudication | | DTP =573 =D8 paid_date!D
adjudication | patient_liability | AMT =EAF patient_liability!$
"""
ROWS = tuple(
    row
    for loops in (_HEADER, _SUBSCRIBER_AND_PATIENT, _CLAIM, _OTHER_PAYER, _LINE, _ADJUDICATION)
    for row in read_map(loops)
)
