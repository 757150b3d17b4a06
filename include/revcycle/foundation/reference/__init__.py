"""Code sets and national edits as dated releases: Parquet in the archive, listed in STATE/reference.json.

`register` and `project` stand in `registry`, apart, because they need the practice database and these do not.
"""

from revcycle.foundation.reference.attach import attach
from revcycle.foundation.reference.load import Loaded, load
from revcycle.foundation.reference.notice import NOTICE_TEXT, acknowledge
from revcycle.foundation.reference.projection import read_projection
from revcycle.foundation.reference.release import Release, ReleaseSet
from revcycle.foundation.reference.starter import build_starter

__all__ = [
    "NOTICE_TEXT",
    "Loaded",
    "Release",
    "ReleaseSet",
    "acknowledge",
    "attach",
    "build_starter",
    "load",
    "read_projection",
]
