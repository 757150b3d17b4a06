"""What was taken in from other systems, as the archive tells it: which file, whose ids it holds, and when it came."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from revcycle.foundation.archive import Archive

DELIVERY = "delivery"  # the kind of label


@dataclass(frozen=True)
class Delivered:
    """One file taken in: the source system, the archive's object, patients, coverage or charges, and an ISO instant."""

    source: str
    sha256: str
    kind: str
    received_at: str

    @property
    def key(self) -> tuple[str, str]:
        """A file of a source is taken in once, however often it comes."""
        return self.source, self.sha256


def note(archive: Archive, delivered: Delivered) -> None:
    """Write it beside the archive's object, so that it is found without a database; the first time counts."""
    name = "-".join(delivered.key)
    if not archive.has_label(DELIVERY, name):
        archive.label(DELIVERY, name, archive.put(json.dumps(asdict(delivered), sort_keys=True).encode()))


def unknown_deliveries(archive: Archive, known: Collection[tuple[str, str]]) -> list[Delivered]:
    """Every noted file whose source and object are not among these, in the order in which they came."""
    files = [Delivered(**json.loads(archive.path(label).read_bytes())) for label in archive.labels(DELIVERY).values()]
    return sorted((one for one in files if one.key not in known), key=lambda one: one.received_at)
