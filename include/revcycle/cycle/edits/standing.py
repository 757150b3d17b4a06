"""Which encounters still need a judgement: those whose result is missing, or was made under other edits or neighbours.

A result counts only while its edit set and its context are the current ones. The context of an encounter is the
current versions of all encounters that share a same-day group (patient, rendering NPI, date of service) with it, and
the patient's birth date and primary coverage. So the final state does not depend on the order in which encounters
arrive.
"""

from datetime import date

import duckdb

# A digest of the context, 64 bits by the hash of DuckDB. Another release may hash otherwise: every encounter is
# then judged once more, and the same is found.
CONTEXT = """
CREATE TABLE member AS SELECT DISTINCT encounter_id, version, patient_id, npi, day FROM current_line;
CREATE TABLE same_day AS
    SELECT patient_id, npi, day, bit_xor(hash(encounter_id, version)) AS members FROM member GROUP BY ALL;
CREATE TABLE neighbourhood AS
    SELECT encounter_id, bit_xor(hash(npi, day, members)) AS digest
    FROM member JOIN same_day USING (patient_id, npi, day) GROUP BY encounter_id;
CREATE TABLE circumstance AS
    SELECT patient_id, hash(birth_date, bit_xor(hash(payer, first, last))) AS digest
    FROM patient LEFT JOIN coverage USING (patient_id) GROUP BY patient_id, birth_date;
"""
DUE = """
CREATE TABLE due AS
    WITH context AS (
        SELECT encounter_id, version, entered_on,
               (hash(n.digest, c.digest)::HUGEINT - 9223372036854775808)::BIGINT AS context
        FROM encounter LEFT JOIN neighbourhood n USING (encounter_id) LEFT JOIN circumstance c USING (patient_id)
        WHERE entered_on <= $through)
    FROM (FROM context ANTI JOIN (FROM result WHERE edit_set = $edit_set) USING (encounter_id, version, context))
    ANTI JOIN sent USING (encounter_id, version)
"""
NEEDED = """
CREATE TABLE needed AS
    SELECT DISTINCT other.encounter_id FROM due
    JOIN member mine USING (encounter_id)
    JOIN member other ON other.patient_id = mine.patient_id AND other.npi = mine.npi AND other.day = mine.day
"""


def find_due(db: duckdb.DuckDBPyConnection, *, edit_set: str, through: date) -> int:
    """Make the tables `due` (encounter_id, version, entered_on, context) and `needed` (encounter_id: the due ones with
    lines and their neighbours) of a snapshot; returns how many are due.

    Due is what belongs to `through` or earlier, has no result that counts, and is not billed as it stands.
    """
    db.execute(CONTEXT)
    db.execute(DUE, {"edit_set": edit_set, "through": through})
    db.execute(NEEDED)
    return int(db.table("due").count("*").fetchall()[0][0])
