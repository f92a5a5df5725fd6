"""Who may ask for which page: every route has a row, and a route without one stops the start.

A row only opens the door of the page; what of it a person may see and do is decided in `tasks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.actor import ADMIN_ROLES, ROLES, Actor

BUSINESS = frozenset(ROLES) - ADMIN_ROLES - {"auditor"}


@dataclass(frozen=True, slots=True)
class Right:
    """A right: nobody needs to be logged in, everybody who is, or the holders of some roles."""

    public: bool = False
    roles: frozenset[str] = frozenset()  #: empty: every account

    def allows(self, actor: Actor) -> bool:
        """Tell whether an actor has it."""
        if self.public:
            return True
        if actor.user_id is None:
            return False
        return not self.roles or bool(self.roles & actor.roles)


PUBLIC = Right(public=True)
ANY = Right()
WORKERS = Right(roles=BUSINESS)
STUDIO = Right(roles=BUSINESS | {"auditor", "system_admin"})
SUPERVISORS = Right(roles=frozenset({"supervisor"}))
OPERATORS = Right(roles=frozenset({"supervisor", "system_admin"}))
AUDITORS = Right(roles=frozenset({"auditor", "audit_admin"}))
READERS = Right(roles=BUSINESS | {"auditor", "audit_admin"})
SETTINGS = Right(roles=frozenset({"supervisor", "auditor"}) | ADMIN_ROLES)

RIGHTS: dict[str, Right] = {
    # everybody
    "static": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "health.metrics": PUBLIC,
    "auth.login": PUBLIC,
    "auth.login_post": PUBLIC,
    "auth.logout": PUBLIC,
    "auth.preferences": PUBLIC,
    "api.openapi": PUBLIC,
    "api.login": PUBLIC,
    # every account
    "auth.password": ANY,
    "auth.password_post": ANY,
    "home.start": ANY,
    "notices.index": ANY,
    "notices.read": ANY,
    "demo.shift": ANY,
    "clauses.show": ANY,
    "api.me": ANY,
    "api.logout": ANY,
    # the day's work
    "inbox.index": WORKERS,
    "inbox.claim_many": WORKERS,
    "task.show": WORKERS,
    "task.complete": WORKERS,
    "task.draft": WORKERS,
    "task.claim": WORKERS,
    "task.unclaim": WORKERS,
    "task.reassign": WORKERS,
    "task.send_back": WORKERS,
    "task.withdraw": WORKERS,
    "task.add_row": WORKERS,
    "person.index": WORKERS,
    "person.new": WORKERS,
    "person.create": WORKERS,
    "person.show": WORKERS,
    "person.start": WORKERS,
    "person.act": WORKERS,
    "case.show": WORKERS,
    "case.action": WORKERS,
    "case.act": WORKERS,
    "case.marks": READERS,
    "paper.show": WORKERS,
    "api.tasks": WORKERS,
    "api.task": WORKERS,
    "api.claim": WORKERS,
    "api.unclaim": WORKERS,
    "api.complete": WORKERS,
    "api.case": WORKERS,
    "api.create_person": WORKERS,
    "api.start_process": WORKERS,
    "api.message": WORKERS,
    # processes, audit, operation
    "process.index": STUDIO,
    "process.show": STUDIO,
    "process.xml": READERS,
    "audit_find.index": AUDITORS,
    "audit_find.person": AUDITORS,
    "audit_find.export": AUDITORS,
    "audit_find.verify": AUDITORS,
    "audit.show": AUDITORS,
    "audit.verify": AUDITORS,
    "audit.unmask": AUDITORS,
    "audit.bundle": AUDITORS,
    "incidents.index": OPERATORS,
    "incidents.retry": SUPERVISORS,
    "settings.index": SETTINGS,
}

#: Pages with a drawn diagram: the viewer needs style attributes.
DIAGRAM_PAGES = frozenset(
    {
        "task.show", "task.complete", "task.add_row", "task.claim", "task.unclaim", "task.reassign",
        "task.send_back", "task.withdraw", "case.show", "process.show",
    }
)
#: Answers without anything personal: they may be kept by the browser.
PLAIN = frozenset({"static", "api.openapi"})
