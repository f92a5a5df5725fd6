"""Who acts: a person with roles over areas, or the program itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

#: Roles of RULES J.5, in the order people read them.
ROLES = (
    "community_staff",
    "community_aide",
    "street_staff",
    "street_officer",
    "district_staff",
    "district_centre",
    "district_expert",
    "district_welfare",
    "supervisor",
    "auditor",
    "system_admin",
    "security_admin",
    "audit_admin",
)
ADMIN_ROLES = frozenset({"system_admin", "security_admin", "audit_admin"})


class Grant(NamedTuple):
    """A role over an area: every unit whose path begins with `area`."""

    role: str
    area: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at work. `origin` says from where (an address, `worker`, `cli`, `scenario`)."""

    user_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    origin: str = ""

    @property
    def roles(self) -> frozenset[str]:
        """Return the names of all roles held anywhere."""
        return frozenset(grant[0] for grant in self.grants)

    @property
    def is_system(self) -> bool:
        """Tell whether the program itself acts (timers, duties, imports)."""
        return self.user_id is None

    def has(self, role: str, area: str) -> bool:
        """Tell whether the role is held over the area path."""
        return any(held == role and area.startswith(over) for held, over in self.grants)

    def covers(self, area: str) -> bool:
        """Tell whether any role is held over the area path."""
        return any(area.startswith(over) for _role, over in self.grants)

    def areas(self, role: str) -> tuple[str, ...]:
        """Return the area paths over which the role is held."""
        return tuple(over for held, over in self.grants if held == role)


#: The program itself; passes every right check, is named in the trail.
SYSTEM = Actor(user_id=None, name="系统", origin="system")
#: Whoever has the machine and its keys, at the command line.
OPERATOR = Actor(user_id=None, name="运维人员", origin="cli")
