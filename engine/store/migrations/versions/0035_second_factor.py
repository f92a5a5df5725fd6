"""A second factor of the login: the secret of a telephone, recovery codes, logins that are half done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; no account has a second factor yet."""
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_second_factor_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "login_step",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('code', 'enrol', 'own')", name=op.f("ck_login_step_kind")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_login_step_user_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_step")),
    )
    op.create_index(op.f("ix_login_step_user_id"), "login_step", ["user_id"], unique=False)
    op.create_index(op.f("ix_login_step_expires_at"), "login_step", ["expires_at"], unique=False)


def downgrade() -> None:
    """Remove them: accounts go back to the password alone."""
    op.drop_table("login_step")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
