"""What the archive alone can tell of every file sent and received, when the database knows less."""

from revcycle.foundation.register.behind import INTERCHANGE, numbers_behind
from revcycle.foundation.register.manifest import Manifest, SentClaim, SentLine

__all__ = ["INTERCHANGE", "Manifest", "SentClaim", "SentLine", "numbers_behind"]
