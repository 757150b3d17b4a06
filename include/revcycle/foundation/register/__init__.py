"""What the archive alone can tell of every file sent and received, when the database knows less."""

from revcycle.foundation.register.behind import INTERCHANGE, SendingRefused, Unknown, unknown, why_refused
from revcycle.foundation.register.manifest import Manifest, SentClaim, SentLine

__all__ = [
    "INTERCHANGE",
    "Manifest",
    "SendingRefused",
    "SentClaim",
    "SentLine",
    "Unknown",
    "unknown",
    "why_refused",
]
