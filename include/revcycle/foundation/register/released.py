"""A mark in the archive for each release of an interchange, written before the partner can see the file.

The database may be older than it was: after the restore of a backup an interchange that has left is there as one that
waits, or not at all. A release without its mark never began, so what has none can be sent, or forgotten.
"""

from dataclasses import dataclass

from revcycle.foundation.archive import Archive

RELEASED = "released"  # the kind of label of a mark; it names the interchange's manifest


@dataclass(frozen=True)
class Release:
    """The `nth` time that an interchange is shown to its partner: 1, and one more each time it is sent again."""

    archive: Archive
    partner: str
    isa13: int
    nth: int
    manifest_sha256: str

    @property
    def marked(self) -> bool:
        """Whether the partner may have seen the file by this release."""
        return self.archive.has_label(RELEASED, self._name)

    def mark(self) -> None:
        """Write and sync the mark; the same again is harmless.

        Raises: ObjectDamaged when another interchange was released under this number.
        """
        self.archive.label(RELEASED, self._name, self.manifest_sha256)

    @property
    def _name(self) -> str:
        return f"{self.partner}-{self.isa13:09}-{self.nth}"


def released(archive: Archive) -> set[str]:
    """The labels of the manifests of all interchanges that a partner may have seen."""
    return {name.rpartition("-")[0] for name in archive.label_names(RELEASED)}
