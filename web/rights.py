"""Who may ask for which page: every route has a row, and a route without one stops the start.

A row only opens the door of the page; what of it a person may see and do is decided in `tasks`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.actor import ADMIN_ROLES, ROLES, Actor
from tasks.survey.rowcheck import IMPORTERS as SURVEY_IMPORTERS
from tasks.survey.workbook import MOST_BYTES

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
DESIGN_READERS = Right(roles=frozenset({"supervisor", "auditor"}))
OPERATORS = Right(roles=frozenset({"supervisor", "system_admin"}))
AUDITORS = Right(roles=frozenset({"auditor", "audit_admin"}))
READERS = Right(roles=BUSINESS | {"auditor", "audit_admin"})
REGISTERS = Right(roles=BUSINESS | {"auditor"})
SETTINGS = Right(roles=frozenset({"supervisor", "auditor"}) | ADMIN_ROLES)

IMPORTERS = Right(roles=frozenset(SURVEY_IMPORTERS))
SYSTEM_ADMIN = Right(roles=frozenset({"system_admin"}))
SECURITY_ADMIN = Right(roles=frozenset({"security_admin"}))
AUDIT_ADMIN = Right(roles=frozenset({"audit_admin"}))
ADMINS = Right(roles=ADMIN_ROLES)
KEEPERS = Right(roles=frozenset({"system_admin", "security_admin"}))

RIGHTS: dict[str, Right] = {
    # everybody
    "static": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "health.metrics": PUBLIC,
    "auth.login": PUBLIC,
    "auth.login_post": PUBLIC,
    "auth.logout": PUBLIC,
    # for the browser alone that gave the password just before (tasks.login_steps)
    **dict.fromkeys(("factor.code", "factor.code_post", "factor.enrol", "factor.enrol_post"), PUBLIC),
    "auth.preferences": PUBLIC,
    "api.openapi": PUBLIC,
    "api.login": PUBLIC,
    # every account
    "auth.password": ANY,
    "auth.password_post": ANY,
    **dict.fromkeys(("factor.own", "factor.begin", "factor.confirm"), ANY),
    "home.start": ANY,
    "notices.index": ANY,
    "notices.read": ANY,
    "demo.shift": ANY,
    "clauses.show": ANY,
    "tables.index": ANY,
    "tables.show": ANY,
    "clauses.index": SETTINGS,
    "api.me": ANY,
    "api.logout": ANY,
    "api.change_password": ANY,
    "api.notices": ANY,
    "api.read_notices": ANY,
    "api.clause": ANY,
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
    "files.add": WORKERS,
    "files.show": WORKERS,
    "files.remove": WORKERS,
    "person.index": WORKERS,
    "person.new": WORKERS,
    "person.create": WORKERS,
    "person.show": WORKERS,
    "person.start": WORKERS,
    "person.interview": WORKERS,
    "courses.new": WORKERS,
    "courses.create": WORKERS,
    "person.act": WORKERS,
    "id_number.show": WORKERS,
    "case.show": WORKERS,
    "case.action": WORKERS,
    "case.act": WORKERS,
    "case.marks": READERS,
    "paper.show": WORKERS,
    "paper.pdf": WORKERS,
    "paper.void": WORKERS,
    **dict.fromkeys(("papers.index", "papers.find", "papers.new", "papers.draw_up"), WORKERS),
    **dict.fromkeys(
        (
            "registers.index", "registers.show", "registers.counted", "registers.export", "registers.close",
            "register_months.show", "register_months.export", "register_exports.index",
            "register_exports.ask", "register_exports.decide",
        ),
        REGISTERS,
    ),
    # an office's own work
    **dict.fromkeys(
        (
            "offices.index", "offices.duty", "offices.explain", "offices.families", "offices.report_family",
            "offices.begin", "offices.give_relief", "offices.lists", "offices.take_list", "offices.template",
            "matters.index", "matters.show", "market.index", "market.employer",
            "notes.tell", "notes.show_told", "notes.strike", "notes.bodies", "notes.strike_body",
        ),
        WORKERS,
    ),
    "api.tasks": WORKERS,
    "api.task": WORKERS,
    "api.claim": WORKERS,
    "api.unclaim": WORKERS,
    "api.complete": WORKERS,
    "api.case": WORKERS,
    "api.create_person": WORKERS,
    "api.start_process": WORKERS,
    "api.message": WORKERS,
    **dict.fromkeys(
        (
            "api.save_draft", "api.reassign", "api.send_back", "api.withdraw", "api.case_events",
            "api.case_actions", "api.case_act", "api.persons", "api.person", "api.person_actions",
            "api.person_act", "api.paper", "api.task_files", "api.add_files", "api.file", "api.remove_file",
        ),
        WORKERS,
    ),
    **dict.fromkeys(
        (
            "api.vacancies", "api.employers", "api.surveys", "api.survey", "api.keep_survey",
            "api.settle_survey",
        ),
        WORKERS,
    ),
    **dict.fromkeys(
        (
            "api.registers", "api.register", "api.register_month", "api.export_register", "api.exports",
            "api.ask_export", "api.decide_export",
        ),
        REGISTERS,
    ),
    "api.marks": READERS,
    # the household survey
    **dict.fromkeys(
        ("survey.index", "survey.new", "survey.create", "survey.show", "survey.settle",
         "survey_analysis.show", "survey_analysis.download"), WORKERS,
    ),
    **dict.fromkeys(
        ("survey_import.index", "survey_import.upload", "survey_import.show", "survey_import.act",
         "survey_import.mend"), IMPORTERS,
    ),
    "survey_import.blank": Right(roles=BUSINESS | {"system_admin"}),
    # processes, audit, operation
    "process.index": STUDIO,
    "process.overview": STUDIO,
    "process.show": STUDIO,
    "process.load": DESIGN_READERS,
    "process.load_marks": DESIGN_READERS,
    "process.xml": Right(roles=STUDIO.roles | READERS.roles),
    # the studio
    "studio.index": DESIGN_READERS,
    "studio.show": DESIGN_READERS,
    "offices.waiting": SUPERVISORS,
    "studio.open_draft": SUPERVISORS,
    "studio.discard": SUPERVISORS,
    "editor.show": SUPERVISORS,
    "editor.xml": SUPERVISORS,
    "editor.model": SUPERVISORS,
    "editor.save": SUPERVISORS,
    "editor.check": SUPERVISORS,
    "editor.preview": SUPERVISORS,
    "editor.layout": SUPERVISORS,
    "editor.vocabulary": SUPERVISORS,
    "trial.difference": SUPERVISORS,
    "trial.marks": SUPERVISORS,
    "trial.release_difference": DESIGN_READERS,
    "trial.release_marks": DESIGN_READERS,
    "trial.show": SUPERVISORS,
    "trial.start": SUPERVISORS,
    "trial.coverage": SUPERVISORS,
    "trial.failures": SUPERVISORS,
    "walk.draft": SUPERVISORS,
    "walk.draft_step": SUPERVISORS,
    "walk.version": DESIGN_READERS,
    "walk.version_step": DESIGN_READERS,
    "release.submit": SUPERVISORS,
    "release.submit_post": SUPERVISORS,
    "release.draft_impact": SUPERVISORS,
    "release.show": DESIGN_READERS,
    "release.act": SUPERVISORS,
    "audit_find.index": AUDITORS,
    "audit_find.person": AUDITORS,
    "audit_find.export": AUDITORS,
    "audit_find.verify": AUDITORS,
    "slip.show": AUDITORS,
    "slip.compare": AUDITORS,
    "audit.show": AUDITORS,
    "audit.verify": AUDITORS,
    "audit.unmask": AUDITORS,
    "audit.bundle": AUDITORS,
    "incidents.index": OPERATORS,
    "incidents.retry": OPERATORS,
    "exchanges.index": OPERATORS,
    "exchanges.retry": SUPERVISORS,
    "api.processes": STUDIO,
    "api.definition": READERS,
    **dict.fromkeys(
        (
            "api.audit_cases", "api.audit_persons", "api.audit_trail", "api.audit_events",
            "api.audit_verify", "api.audit_unmask", "api.audit_bundle",
        ),
        AUDITORS,
    ),
    **dict.fromkeys(
        (
            "api.gate", "api.drafts", "api.open_draft", "api.draft", "api.save_model", "api.discard_draft",
            "api.check_draft", "api.draft_difference", "api.draft_impact", "api.start_trial_of", "api.trial",
            "api.submit_draft", "api.approve", "api.activate", "api.release_act", "api.impact",
            "api.migration_plan", "api.migrations", "api.start_migration", "api.migration",
            "api.stop_migration",
        ),
        SUPERVISORS,
    ),
    **dict.fromkeys(("api.annex", "api.difference"), DESIGN_READERS),
    "api.incidents": OPERATORS,
    "api.retry_incident": OPERATORS,
    "api.settings": SETTINGS,
    "instance.show": SUPERVISORS,
    "instance.act": SUPERVISORS,
    "settings.index": SETTINGS,
    "moves.plan": SUPERVISORS,
    "moves.start": SUPERVISORS,
    "moves.show": SUPERVISORS,
    "moves.stop": SUPERVISORS,
    # the three administrators
    **dict.fromkeys(("units.index", "units.add", "units.act"), SYSTEM_ADMIN),
    **dict.fromkeys(("settings.show", "settings.change"), KEEPERS),
    **dict.fromkeys(("calendar.show", "calendar.look", "calendar.load"), SYSTEM_ADMIN),
    **dict.fromkeys(("accounts.new", "accounts.create", "accounts.secret_act"), SYSTEM_ADMIN),
    **dict.fromkeys(("accounts.index", "accounts.show"), ADMINS),
    "accounts.act": KEEPERS,
    **dict.fromkeys(("access.index", "accounts.grant_many"), SECURITY_ADMIN),
    **dict.fromkeys(("office_trail.index", "office_trail.verify"), AUDIT_ADMIN),
}

#: Pages with a drawn diagram: the viewer needs style attributes.
DIAGRAM_PAGES = frozenset(
    {
        "task.show", "task.complete", "task.add_row", "task.claim", "task.unclaim", "task.reassign",
        "task.send_back", "task.withdraw", "files.add", "files.remove", "case.show", "process.show",
        "matters.show", "studio.show", "editor.show", "release.show", "release.act", "trial.difference",
        "trial.release_difference", "trial.show", "instance.show", "instance.act", "walk.draft",
        "walk.draft_step", "walk.version", "walk.version_step",
    }
)
#: Asked by the editor's script: a refusal is told as data.
DATA_PAGES = frozenset(
    {"editor.model", "editor.save", "editor.check", "editor.preview", "editor.layout", "editor.vocabulary"}
)
#: Takes a file or a whole diagram: its body may be as large as the configuration allows, not as a form.
UPLOADS = frozenset({
    "files.add", "offices.take_list", "survey_import.upload", "editor.save", "editor.preview",
    "editor.layout", "studio.open_draft",
})  # fmt: skip
#: Takes what is larger than any other body: bytes, with room for the form around it.
LARGEST = {"survey_import.upload": MOST_BYTES + (1 << 20)}
#: Answers without anything personal: they may be kept by the browser.
PLAIN = frozenset({"static", "api.openapi"})
