"""Alembic's entry: runs on the connection that `migrate.upgrade` hands over."""

from alembic import context

from revcycle.foundation.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
