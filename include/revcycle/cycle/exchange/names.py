"""Where a file stands at the partner before and after it may be seen."""

from dataclasses import dataclass
from posixpath import join

from revcycle.foundation.practice.partner import Mailbox as Manners


@dataclass(frozen=True)
class Place:
    """The hidden path and the final one; they are the same where the partner allows no rename."""

    temporary: str
    final: str

    @property
    def direct(self) -> bool:
        return self.temporary == self.final


def place(manners: Manners, remote_name: str) -> Place:
    """The paths of an interchange of this name, by the partner's style."""
    final = join(manners.upload, remote_name)
    if manners.style == "direct":
        return Place(final, final)
    if manners.style == "folder":
        return Place(join(manners.temporary, remote_name), final)
    return Place(join(manners.upload, manners.temporary.format(name=remote_name)), final)
