"""What the administrators of an office may want: units, accounts, roles (三员分立, SECURITY 2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.commands import Command


@dataclass(frozen=True)
class AddUnit(Command):
    """Make a unit under another: a district, a street or a community."""

    parent_id: int
    name: str


@dataclass(frozen=True)
class RenameUnit(Command):
    """Give a unit another name; its files stay where they are."""

    unit_id: int
    name: str
    reason: str


@dataclass(frozen=True)
class CloseUnit(Command):
    """Take an empty unit out of use."""

    unit_id: int
    reason: str


@dataclass(frozen=True)
class ReopenUnit(Command):
    """Take a closed unit back into use."""

    unit_id: int


@dataclass(frozen=True)
class CreateAccount(Command):
    """Make an account without any role. `secret` is the hash of its one-time password."""

    username: str
    display_name: str
    unit_id: int
    secret: str
    phone: str = ""
    id_no: str = ""
    #: comes back with the answer: a command carried out before has another, and other passwords
    mark: str = ""


@dataclass(frozen=True)
class ChangeAccount(Command):
    """Change name, unit and telephone of an account, or add its holder's identity number."""

    user_id: int
    display_name: str
    unit_id: int
    reason: str
    phone: str = ""
    id_no: str = ""


@dataclass(frozen=True)
class ResetPassword(Command):
    """Give an account a one-time password, of which `secret` is the hash."""

    user_id: int
    secret: str
    reason: str
    mark: str = ""


@dataclass(frozen=True)
class ResetSecondFactor(Command):
    """Take the second factor of an account away, as when its holder lost the telephone."""

    user_id: int
    reason: str


@dataclass(frozen=True)
class DisableAccount(Command):
    """Shut an account and end its sessions."""

    user_id: int
    reason: str


@dataclass(frozen=True)
class EnableAccount(Command):
    """Open a shut account again with a one-time password, of which `secret` is the hash."""

    user_id: int
    secret: str
    reason: str
    mark: str = ""


@dataclass(frozen=True)
class GrantRole(Command):
    """Give an account a role over a unit and all below it."""

    user_id: int
    role: str
    unit_id: int
    reason: str


@dataclass(frozen=True)
class GrantRoles(Command):
    """Give several accounts a role, each over its own unit or all over one (`unit_id`)."""

    user_ids: tuple[int, ...]
    role: str
    reason: str
    unit_id: int = 0


@dataclass(frozen=True)
class RevokeRole(Command):
    """Take a role away."""

    user_id: int
    role: str
    unit_id: int
    reason: str


@dataclass(frozen=True)
class EndSessions(Command):
    """End every session of an account at once."""

    user_id: int
    reason: str
