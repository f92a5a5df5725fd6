"""Units, accounts, grants, sessions and the login throttle."""

from __future__ import annotations

import sqlalchemy as sa

from engine.store.metadata import metadata

_ADMIN = "('system_admin', 'security_admin', 'audit_admin')"

unit = sa.Table(
    "unit",
    metadata,
    #: Small numbers on purpose: the path made of them stands in every hot row and index.
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("unit.id")),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False, unique=True),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    sa.CheckConstraint("level IN ('city', 'district', 'street', 'community')", name="level"),
    sa.UniqueConstraint("parent_id", "name"),
)

user_account = sa.Table(
    "user_account",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("username", sa.Text, nullable=False, unique=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("phone", sa.Text),
    #: Where the holder works; what he may do there is said by the grants alone.
    sa.Column("unit_id", sa.BigInteger),
    sa.Column("created_by", sa.BigInteger),
    #: Keyed hash of the holder's identity number: one natural person, one duty class.
    sa.Column("person_key", sa.Text, index=True),
    #: `business` or the one administrator role of this account; see role_grant.
    sa.Column("duty_class", sa.Text, nullable=False, default="business"),
    sa.Column("must_change", sa.Boolean, nullable=False, default=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("disabled_at", sa.BigInteger),
    sa.UniqueConstraint("id", "duty_class"),
)

#: The composite key makes the database itself refuse an administrator role beside any other role
#: (三员分立): every grant of an account carries the account's one duty class.
role_grant = sa.Table(
    "role_grant",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("duty_class", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("unit_id", sa.BigInteger, sa.ForeignKey("unit.id"), nullable=False),
    sa.Column("area", sa.Text, nullable=False),
    sa.Column("granted_by", sa.BigInteger),
    sa.Column("granted_at", sa.BigInteger, nullable=False),
    sa.ForeignKeyConstraint(["user_id", "duty_class"], ["user_account.id", "user_account.duty_class"]),
    sa.CheckConstraint(
        f"(role IN {_ADMIN} AND duty_class = role) OR (role NOT IN {_ADMIN} AND duty_class = 'business')",
        name="duty_class",
    ),
    sa.UniqueConstraint("user_id", "role", "unit_id"),
    sa.Index("ix_role_grant_role_area", "role", "area"),
)

user_session = sa.Table(
    "user_session",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("user_account.id"), nullable=False, index=True),
    sa.Column("csrf", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("last_seen_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)

login_throttle = sa.Table(
    "login_throttle",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_failure_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("blocked_until", sa.BigInteger, nullable=False),
)

#: A telephone that shows codes, one an account (SEC-A4).
second_factor = sa.Table(
    "second_factor",
    metadata,
    sa.Column(
        "user_id", sa.BigInteger, sa.ForeignKey("user_account.id"), primary_key=True, autoincrement=False
    ),
    #: What telephone and server share, sealed for this account.
    sa.Column("secret", sa.Text, nullable=False),
    #: The last step of time whose code was taken: neither it nor an earlier one is taken again.
    sa.Column("last_step", sa.BigInteger, nullable=False),
    sa.Column("enrolled_at", sa.BigInteger, nullable=False),
)

#: Codes on paper for whoever lost the telephone; a row goes when its code is used.
recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("user_account.id"), primary_key=True),
    sa.Column("code_hash", sa.Text, primary_key=True),
)

#: The password was right and no session is open yet (`code`: asked for a code; `enrol`: has no telephone
#: yet), or who is logged in sets a telephone up (`own`; the token is that of the session).
login_step = sa.Table(
    "login_step",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("user_id", sa.BigInteger, sa.ForeignKey("user_account.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    #: What a telephone that is being set up would share, sealed for this step.
    sa.Column("secret", sa.Text),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    sa.CheckConstraint("kind IN ('code', 'enrol', 'own')", name="kind"),
)
