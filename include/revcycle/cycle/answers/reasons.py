"""Why a submission was rejected, for the person who mends it: by whom, codes, segment, element, and the edit."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from revcycle.cycle.answers.fold import Evidence

PLACES = ("loop", "segment", "element", "position", "line", "error", "edit")
SENT = """
SELECT s.id, i.id AS interchange_id, i.isa13, i.partner
FROM claim_submission s JOIN interchange i ON i.id = s.interchange_id WHERE s.id = ANY (:submissions)
"""
OF_CLAIMS = """
SELECT submission_id, kind, party, at, detail FROM answer
WHERE submission_id = ANY (:submissions) AND detail->>'verdict' = 'rejected'
"""
OF_SETS = """
SELECT interchange_id, kind, party, at, detail FROM answer
WHERE interchange_id = ANY (:interchanges) AND submission_id IS NULL AND detail->>'verdict' = 'rejected'
"""

_Key = tuple[int, str, str, datetime]


def reasons(connection: Connection, rejected: Mapping[int, Evidence]) -> dict[int, dict[str, Any]]:
    """The detail of each rejected submission's hold, from the evidence that decides it; the same in any order."""
    sent = connection.execute(text(SENT), {"submissions": list(rejected)}).all()
    own = [one.id for one in sent if rejected[one.id].scope == "claim"]
    whole = sorted({one.interchange_id for one in sent if rejected[one.id].scope != "claim"})
    of_claims = _grouped(connection, OF_CLAIMS, {"submissions": own})
    of_sets = _grouped(connection, OF_SETS, {"interchanges": whole})
    found = {}
    for one in sent:
        top = rejected[one.id]
        said = of_claims if top.scope == "claim" else of_sets
        key = (one.id if top.scope == "claim" else one.interchange_id, top.kind, top.party, top.at)
        who = {"party": top.party, "kind": top.kind, "partner": one.partner, "interchange": one.isa13}
        found[one.id] = who | _told(said[key])
    return found


def _grouped(connection: Connection, query: str, asked: dict[str, Any]) -> dict[_Key, list[dict[str, Any]]]:
    said: dict[_Key, list[dict[str, Any]]] = defaultdict(list)
    for subject, kind, party, at, detail in connection.execute(text(query), asked):
        said[subject, kind, party, at].append(detail)
    return said


def _told(details: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All codes, and the one place that says most: an edit before an element before a segment."""
    codes = sorted({code for detail in details for code in detail["codes"]})
    places = [{name: detail[name] for name in PLACES if detail.get(name)} for detail in details]
    return {"codes": codes} | max(places, key=_says, default={})


def _says(place: Mapping[str, Any]) -> tuple[bool, bool, bool, str]:
    return "edit" in place, "element" in place, "segment" in place, json.dumps(place)
