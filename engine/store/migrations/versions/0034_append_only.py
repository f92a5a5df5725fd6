"""Events and seals can only be added: triggers refuse every other statement."""

from __future__ import annotations

from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

_SAID = "history is append-only"
_KEYS = {"event": ("trail_id", "seq"), "seal": ("n",)}
#: Payloads may be erased, never rewritten.
_REFUSED = {"event": ("UPDATE", "DELETE"), "event_payload": ("UPDATE",), "seal": ("UPDATE", "DELETE")}


def upgrade() -> None:
    """Make the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table, acts in _REFUSED.items():
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join(acts)} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION append_only()"
        )
        if "DELETE" in acts:
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )


def _upgrade_sqlite() -> None:
    for table, acts in _REFUSED.items():
        for act in acts:
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
            )
    for table, keys in _KEYS.items():
        same = " AND ".join(f"{key} = new.{key}" for key in keys)
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
        op.execute(
            f"CREATE TRIGGER {table}_no_add BEFORE INSERT ON {table}"
            f" WHEN {taken} BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        )


def downgrade() -> None:
    """Remove them."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, acts in _REFUSED.items():
        names = [f"{table}_no_{act.lower()}" for act in acts] if sqlite else [f"{table}_append_only"]
        names += [f"{table}_no_add" if sqlite else f"{table}_no_truncate"] if "DELETE" in acts else []
        for name in names:
            op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION append_only()")
