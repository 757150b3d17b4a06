"""The relations that every rule joins, and the connection they live in.

line          one charge line: grp, claim, line, npi, birth_date, payer, day (date of service), date_to, place,
              procedure, modifiers, units (as written), days (over which they are spread), billed (units above 0),
              day_units (units of one day in floating point, 0 where not above 0), pointers, today
line_modifier one distinct modifier of a line, with the times it stands there
day_code      one procedure of one same-day group: day, lines (their number), units (the sum of day_units), whole (each
              line's units of a day are a whole number, so that the sum has no error)
claim_day     one date of service of a claim
diagnosis     claim, position, code
release       source, setting, version, first_day, last_day; first_day(source) and last_day(source) are over all of them
reign         source, first_day, last_day of the days that a release covers; covered(source, day) asks for one day

A same-day group `grp` is one patient, rendering NPI (empty equals empty) and date of service, over all claims.
No join key is NULL: a NULL loses findings without a word.
"""

import os
from pathlib import Path

import duckdb

from revcycle.cycle.edits import units

SHOWN = 20
"""How many lines of other claims a finding names."""

LONGEST_CLAIM, OF_A_LONGER = 999, 100
"""The most lines that a claim can have (LX of an 837I; 50 in an 837P), and how many are named of one that has more: a
pair of codes on 50,000 lines of one would otherwise be told in billions of numbers."""

EXACT = 15
"""Two numbers of so many digits are always two different numbers in floating point."""

PREPARE = """
CREATE TABLE day_group AS
    SELECT patient, npi, date_from, min(claim) <> max(claim) AS shared, row_number() OVER () AS grp
    FROM lines_in GROUP BY patient, npi, date_from;
CREATE TABLE line AS
    SELECT grp, claim, line, npi, birth_date, payer, date_from AS day, date_to, place, procedure, modifiers, units,
           1 + greatest(coalesce(date_diff('day', date_from, date_to), 0), 0) AS days,
           NOT starts_with(units, '-') AND ltrim(units, '0.') <> '' AS billed,
           if(billed, units::DOUBLE / days, 0) AS day_units, pointers, today
    FROM lines_in JOIN day_group USING (patient, npi, date_from);
CREATE TABLE line_modifier AS
    SELECT grp, claim, line, day, procedure, modifier, count(*) AS times
    FROM (SELECT grp, claim, line, day, procedure, unnest(modifiers) AS modifier FROM line WHERE len(modifiers) > 0)
    GROUP BY ALL;
CREATE TABLE day_code AS
    SELECT grp, procedure, any_value(day) AS day, count(*) AS lines, sum(day_units) AS units,
           bool_and(length(units) <= {exact} AND day_units = floor(day_units)) AS whole
    FROM line GROUP BY grp, procedure;
CREATE TABLE claim_day AS SELECT DISTINCT claim, day FROM line;
CREATE TABLE diagnosis AS SELECT claim, position, code FROM diagnoses_in;
CREATE MACRO first_day(name) AS (SELECT min(r.first_day) FROM release r WHERE r.source = name);
CREATE MACRO last_day(name) AS (SELECT max(r.last_day) FROM release r WHERE r.source = name);
CREATE MACRO covered(name, day) AS
    EXISTS (FROM reign r WHERE r.source = name AND day BETWEEN r.first_day AND r.last_day);
CREATE SEQUENCE neighbour;
CREATE TABLE neighbours (key BIGINT, found STRUCT(claim BIGINT, line BIGINT)[]);
CREATE MACRO elsewhere(found, me) AS coalesce(list_filter(found, lambda other: other.claim <> me)[:{shown}], []);
"""


def connect(spill: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that spills into `spill`, keeps below 1.5 GB and downloads nothing."""
    spill.mkdir(parents=True, exist_ok=True)
    return duckdb.connect(
        config={
            "memory_limit": "1500MB",
            "threads": os.cpu_count() or 1,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def prepare(db: duckdb.DuckDBPyConnection) -> None:
    """Build the relations from the registered `lines_in` and `diagnoses_in`."""
    units.register(db)
    db.execute(PREPARE.format(shown=SHOWN, exact=EXACT))


def claim_code(hits: str) -> str:
    """The lines of a procedure of a group on one claim, for the (grp, procedure) of the table `hits`."""
    return f"""
        SELECT grp, procedure, claim, own, if(own > {LONGEST_CLAIM}, lines[:{OF_A_LONGER}], lines) AS lines
        FROM (SELECT grp, procedure, claim, count(*) AS own, list(line ORDER BY line) AS lines
              FROM line SEMI JOIN {hits} USING (grp, procedure) GROUP BY ALL)
    """


def first_lines(claim_codes: str) -> str:
    """The first lines of a procedure of a group that several claims share, from the table of `claim_code`.

    Twice as many as are shown, and of no claim more than are shown: whichever claim is left out, enough remain.
    """
    return f"""
        SELECT grp, procedure, nextval('neighbour') AS key, found FROM (
        SELECT grp, procedure,
               flatten(list(list_transform(lines[:{SHOWN}], lambda n: {{'claim': claim, 'line': n}}) ORDER BY claim)
                       [:{2 * SHOWN}])[:{2 * SHOWN}] AS found
        FROM {claim_codes} SEMI JOIN (FROM day_group WHERE shared) USING (grp) GROUP BY grp, procedure)
    """
