"""What one request knows: the application, who asks, in which language, when."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import current_app, g

from engine.calendar import WorkCalendar
from engine.clock import local_date
from engine.errors import NotFound
from engine.graph import Graph
from tasks.accounts import Passwords
from tasks.actor import Actor
from tasks.forms.spec import FormSpec
from tasks.policy import DeadlinePolicy, Policy
from tasks.rules import known_rules
from web.config import WebConfig
from web.i18n import Translate, translator

if TYPE_CHECKING:
    from tasks.app import App

NOBODY = Actor(user_id=None, name="", grants=(), origin="web")


@dataclass
class Ctx:
    """The request at hand."""

    app: App
    config: WebConfig
    lang: str
    now: datetime
    actor: Actor = NOBODY
    csrf: str = ""
    token: str = ""
    bearer: bool = False
    must_change: bool = False
    #: Notices that wait for who is logged in.
    unread: int = 0
    #: Goes into every form of the page: the same form sent twice is one command (SEC-C5).
    page_key: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    @cached_property
    def today(self) -> date:
        """Return the civil date in Asia/Shanghai."""
        return local_date(self.now)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Return the working days as the office has them."""
        with self.app.read() as conn:
            return self.app.work_calendar(conn)

    def graph(self, definition_id: int) -> Graph:
        """Return the compiled diagram of a version; kept for the life of the process, it never changes."""
        graphs = cast("dict[int, Graph]", current_app.extensions["aid595.graphs"])
        found = graphs.get(definition_id)
        if found is None:
            with self.app.read() as conn:
                found = graphs[definition_id] = self.app.definitions.get(conn, definition_id).graph
        return found

    def form(self, definition_id: int, element: str) -> FormSpec:
        """Return the form of a task as the version it runs has it; raise NotFound."""
        node = self.graph(definition_id).nodes.get(element)
        with self.app.read() as conn:
            library = self.app.library_of(conn, definition_id)
        if node is not None:
            return library.form_of(node)
        if element not in library.forms:  # of a version the instance has left
            raise NotFound
        return library.forms[element]

    def rule(self, rule_id: str) -> DeadlinePolicy | None:
        """Return a deadline rule as it is in force, or as it last was; None for one there never was."""
        return self._in_force.rules.get(rule_id) or self._of_old.get(rule_id)

    @cached_property
    def _in_force(self) -> Policy:
        with self.app.read() as conn:
            return self.app.in_force(conn).policy

    @cached_property
    def _of_old(self) -> Mapping[str, DeadlinePolicy]:
        with self.app.read() as conn:
            return known_rules(conn)

    @property
    def t(self) -> Translate:
        """Return the translator of the request's language."""
        return translator(self.lang)

    @property
    def user_id(self) -> int:
        """Return the id of who is logged in."""
        assert self.actor.user_id is not None
        return self.actor.user_id

    @property
    def logged_in(self) -> bool:
        """Tell whether somebody is logged in."""
        return self.actor.user_id is not None

    def command_key(self, form_key: str, what: str) -> str | None:
        """Return the idempotency key of a form: one page, one purpose, one effect."""
        return f"web:{self.user_id}:{form_key[:64]}:{what}" if form_key else None


def ctx() -> Ctx:
    """Return the context of the current request."""
    return cast("Ctx", g.ctx)


def the_app() -> App:
    """Return the application behind the current Flask app."""
    return cast("App", current_app.extensions["aid595"])


def passwords() -> Passwords:
    """Return how this installation hashes passwords."""
    return cast("Passwords", current_app.extensions["aid595.passwords"])
