"""The statements that turn a file's text columns (`text_row`) into lines, diagnoses and unreadable rows.

A row is unreadable by itself (a value that is missing or not written as it must be), or beside the readable rows before
it: the claim's first readable row says which diagnoses the claim has, and the first readable row of a line is the line.
"""

REQUIRED = ("claim_id", "line", "patient_id", "date_from", "place_of_service", "procedure", "units", "charge")

# What Python's str.strip() takes for white space, for the pieces of a list.
SPACE = " || ".join(
    f"chr({point})"
    for point in (*range(9, 14), *range(28, 33), 133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287, 12288)
)
LINE_NUMBER = "regexp_full_match(line, '0*[1-9][0-9]*')"
KEPT_LINE = "try_cast(line AS BIGINT)"
GREATEST_LINE = 2**63 - 1
# A pointer beyond every integer points beyond every list of diagnoses.
POINTER = f"coalesce(try_cast(p AS BIGINT), if(starts_with(p, '-'), -1, {2**63 - 1}))"


def _pieces(text: str) -> str:
    return f"list_filter(list_transform(string_split({text}, ';'), lambda p: trim(p, {SPACE})), lambda p: p <> '')"


def _no_date(column: str) -> str:
    return (
        f"(NOT regexp_full_match({column}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') OR starts_with({column}, '0000')"
        f" OR try_cast({column} AS DATE) IS NULL)"
    )


def _no_number(column: str) -> str:
    return f"NOT regexp_full_match({column}, '-?[0-9]+([.][0-9]+)?')"


FAULT = f"""
    CASE WHEN surplus <> 0 THEN 'the row has ' || abs(surplus) || if(surplus > 0, ' values more', ' values less')
              || ' than the header; look for a comma or a quotation mark that is not closed'
         {" ".join(f"WHEN {name} = '' THEN '{name} is empty'" for name in REQUIRED)}
         WHEN NOT {LINE_NUMBER} THEN 'line is no whole number from 1'
         WHEN {KEPT_LINE} IS NULL THEN 'line is above {GREATEST_LINE}, the greatest line number there is'
         WHEN {_no_date("date_from")} THEN 'date_from is no date written YYYY-MM-DD'
         WHEN date_to <> '' AND {_no_date("date_to")} THEN 'date_to is no date written YYYY-MM-DD'
         WHEN birth_date <> '' AND {_no_date("birth_date")} THEN 'birth_date is no date written YYYY-MM-DD'
         WHEN {_no_number("units")} THEN 'units is no number written as digits with an optional decimal fraction'
         WHEN {_no_number("charge")} THEN 'charge is no number written as digits with an optional decimal fraction'
         WHEN sex NOT IN ('F', 'M', 'U', '') THEN 'sex is none of F, M, U'
         WHEN len(modifier_list) > 4 THEN 'there are more than four modifiers'
         WHEN NOT whole THEN 'a pointer is no whole number' END
"""

STATEMENTS = (
    # Lists are taken apart once for each distinct text.
    f"""CREATE TABLE modifier_text AS
        SELECT modifiers, {_pieces("upper(modifiers)")} AS modifier_list
        FROM (SELECT DISTINCT modifiers FROM text_row)""",
    f"""CREATE TABLE pointer_text AS
        SELECT pointers, len(list_filter(piece_list, lambda p: NOT regexp_full_match(p, '-?[0-9]+'))) = 0 AS whole,
               list_transform(piece_list, lambda p: {POINTER}) AS pointer_list
        FROM (SELECT pointers, {_pieces("pointers")} AS piece_list FROM (SELECT DISTINCT pointers FROM text_row))""",
    f"""CREATE TABLE diagnosis_text AS
        SELECT diagnoses, array_to_string(list_filter(list_transform({_pieces("upper(diagnoses)")},
               lambda p: replace(p, '.', '')), lambda p: p <> ''), ';') AS codes
        FROM (SELECT DISTINCT diagnoses FROM text_row)""",
    f"""CREATE TABLE fault AS
        SELECT * FROM (SELECT row, {FAULT} AS reason
                       FROM text_row JOIN modifier_text USING (modifiers) JOIN pointer_text USING (pointers))
        WHERE reason IS NOT NULL""",
    # A claim's first row without a fault of its own is always readable, so these are the claims of the file.
    """CREATE TABLE claim_name AS
        SELECT claim_id, row_number() OVER (ORDER BY claim_id) AS claim
        FROM (SELECT DISTINCT claim_id FROM text_row ANTI JOIN fault USING (row))""",
    """CREATE TABLE sound AS
        SELECT row, claim, line::BIGINT AS line, codes
        FROM text_row ANTI JOIN fault USING (row)
        JOIN claim_name USING (claim_id) JOIN diagnosis_text USING (diagnoses)""",
    """CREATE TABLE claim_first AS
        SELECT claim, min(row) AS first_row, arg_min(codes, row) AS codes FROM sound GROUP BY claim""",
    """CREATE TABLE line_first AS
        SELECT claim, line, min(row) AS row FROM sound JOIN claim_first USING (claim, codes) GROUP BY claim, line""",
    """INSERT INTO fault
        SELECT row, 'the diagnoses differ from those of the claim''s first row, ' || first_row
        FROM sound JOIN claim_first USING (claim) WHERE sound.codes <> claim_first.codes""",
    """INSERT INTO fault
        SELECT sound.row, 'the line number of the claim stands already in row ' || line_first.row
        FROM sound JOIN claim_first USING (claim, codes) JOIN line_first USING (claim, line)
        WHERE sound.row <> line_first.row""",
)

LINES = """
    WITH patient_name AS (
        SELECT patient_id, row_number() OVER () AS patient FROM (SELECT DISTINCT patient_id FROM text_row))
    SELECT claim, first.line, patient, rendering_npi AS npi, nullif(birth_date, '')::DATE AS birth_date, payer,
           date_from::DATE AS date_from, nullif(date_to, '')::DATE AS date_to, place_of_service AS place,
           upper(procedure) AS procedure, modifier_list AS modifiers, units, pointer_list AS pointers,
           ?::DATE AS today
    FROM line_first AS first JOIN text_row USING (row) JOIN patient_name USING (patient_id)
    JOIN modifier_text USING (modifiers) JOIN pointer_text USING (pointers)
"""

DIAGNOSES = """
    WITH listed AS (SELECT claim, string_split(codes, ';') AS code_list FROM claim_first WHERE codes <> '')
    SELECT claim, unnest(range(1, len(code_list) + 1)) AS position, unnest(code_list) AS code FROM listed
"""

CLAIMS = "SELECT claim_id FROM claim_name ORDER BY claim"

UNREADABLE = f"""
    SELECT row, claim_id AS claim, if({LINE_NUMBER} AND {KEPT_LINE} IS NOT NULL, [{KEPT_LINE}], []) AS lines, reason
    FROM fault JOIN text_row USING (row) ORDER BY row
"""
