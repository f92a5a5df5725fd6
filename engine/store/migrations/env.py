"""Runs the steps on the connection `engine.store.migrate` gives; everything happens in its transaction."""

from __future__ import annotations

from alembic import context

from engine.store.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=False,
)
context.run_migrations()
