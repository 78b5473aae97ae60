"""Alembic's environment: the connection it is given."""

from alembic import context

from pressout_clinic.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
