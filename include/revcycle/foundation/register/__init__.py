"""The register of what is sent: what the archive can tell of it when the database knows less, and what is owed."""

from revcycle.foundation.register.behind import INTERCHANGE, SendingRefused, Unknown, unknown, why_refused
from revcycle.foundation.register.deliveries import Delivered, note, unknown_deliveries
from revcycle.foundation.register.expected import expect, expect_once, expect_remittances
from revcycle.foundation.register.frozen import LINE_NUMBER, NUMBER, SAME_LINES
from revcycle.foundation.register.manifest import Manifest, SentClaim, SentLine
from revcycle.foundation.register.released import Release

__all__ = [
    "INTERCHANGE",
    "LINE_NUMBER",
    "NUMBER",
    "SAME_LINES",
    "Delivered",
    "Manifest",
    "Release",
    "SendingRefused",
    "SentClaim",
    "SentLine",
    "Unknown",
    "expect",
    "expect_once",
    "expect_remittances",
    "note",
    "unknown",
    "unknown_deliveries",
    "why_refused",
]
