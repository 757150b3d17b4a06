"""What the owners of the code sets want said, and the record that it was shown."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from revcycle.foundation.reference.projection import write_atomically
from revcycle.foundation.state import State

NOTICE_TEXT = """\
About the code sets
  CPT is a registered trademark of the American Medical Association, which holds the copyright in CPT codes and their
  descriptions. Whoever uses CPT needs a license of the AMA; Revcycle neither includes nor grants one.
  The code lists and edits loaded here (ICD-10-CM, HCPCS, the National Correct Coding Initiative, the code editors)
  are published by the Centers for Medicare & Medicaid Services (CMS) and the National Center for Health Statistics,
  which offer them free of charge on their own sites. Neither endorses Revcycle.
  Revcycle keeps codes, dates and indicators only. No description of any code is included.
"""


def acknowledge(state: State, now: datetime) -> None:
    """Record in STATE/notice.json that this text was shown, once for each text. `now` is an instant with its zone."""
    record = state.create().root / "notice.json"
    text = hashlib.sha256(NOTICE_TEXT.encode()).hexdigest()
    if record.exists() and json.loads(record.read_text(encoding="utf-8")).get("text_sha256") == text:
        return
    write_atomically(record, json.dumps({"shown_at": now.isoformat(), "text_sha256": text}) + "\n")
