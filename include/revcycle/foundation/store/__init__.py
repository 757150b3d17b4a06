"""The practice database: its schema, its connections, bulk load and fetch, runs, and the digest of its facts."""

from revcycle.foundation.store.engine import connect
from revcycle.foundation.store.migrate import upgrade

__all__ = ["connect", "upgrade"]
