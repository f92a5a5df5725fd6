"""Policy told to one person, and credit notes: of persons on file, employers, agencies and their staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from engine.errors import AidError, FormInvalid, NotFound
from tasks import tellings
from tasks.access import Subject, allowed, classes_for
from tasks.forms.command_forms import COMMAND_FORMS
from tasks.note_commands import NoteCredit, StrikeCredit, TellPolicy
from tasks.queries import areas, notes, person_page
from tasks.queries.scope import require_file
from web import formview, query
from web.actions import without_note
from web.adminview import carry_out, field
from web.context import Ctx, ctx
from web.errors import status_of
from web.going import go
from web.views.offices import tabs

views = Blueprint("notes", __name__)
_FORM = without_note(COMMAND_FORMS["tell_policy"], "topic")
_CREDIT = without_note(COMMAND_FORMS["note_credit_of"])


def _person(context: Ctx, person_id: int, right: str = "tell_policy") -> person_page.PersonHead:
    with context.app.read() as conn:
        head = person_page.person_head(conn, person_id)
    if head is None:
        raise NotFound
    require_file(context.actor, head.area)
    if not allowed(context.actor, right, Subject(head.area)):
        raise NotFound
    return head


@views.route("/people/<int:person_id>/tell", methods=["GET", "POST"])
def tell(person_id: int) -> Response | str:
    """Show what there is to tell, the text on one topic, and keep what was told."""
    context = ctx()
    head = _person(context, person_id)
    if request.method == "POST":
        typed = {**formview.typed(_FORM, request.form), "topic": field("topic")}
        done = carry_out(TellPolicy(person_id, typed), f"tell:{person_id}")
        if isinstance(done, AidError):
            return make_response(_tell_page(context, head, typed, done), status_of(done))
        return go(f"/people/{person_id}/told/{done.extra['told']}", "done")
    topic = query.one_of("topic", tellings.topics())
    values: dict[str, Any] = {}
    if topic:
        with context.app.read() as conn:
            desk = context.app.desk(conn, context.actor)[1]
            said = tellings.text_for(desk, desk.person(person_id), topic)
        values = formview.prefilled(_FORM, context.today, context.now) | {"topic": topic, "said": said}
    return _tell_page(context, head, values)


def _tell_page(
    context: Ctx, head: person_page.PersonHead, values: Mapping[str, Any], refusal: AidError | None = None
) -> str:
    with context.app.read() as conn:
        subject = person_page.subjects(conn, [(head.id, head.area)])[head.id]
        # that a topic suits somebody tells of what is known of him
        sees = {"P4", "P4*"} & classes_for(context.actor, subject)
        suited = tellings.suited(context.app.desk(conn, context.actor)[1], head.id) if sees else []
    view = formview.draw(
        _FORM, values, context.lang, context.today,
        problems=refusal if isinstance(refusal, FormInvalid) else None,
    )  # fmt: skip
    sentence = refusal.sentence(context.lang) if refusal and not isinstance(refusal, FormInvalid) else ""
    return render_template(
        "tell.html", person=head, form=view, topic=values.get("topic", ""), suited=suited,
        topics=tellings.topics().values(), sentence=sentence, said=str(values.get("said", "")),
    )  # fmt: skip


@views.get("/people/<int:person_id>/told/<int:told_id>")
def show_told(person_id: int, told_id: int) -> str:
    """Show what a person was told, to print or to send."""
    context = ctx()
    head = _person(context, person_id)
    with context.app.read() as conn:
        found = notes.told_once(conn, person_id, told_id)
    if found is None:
        raise NotFound
    return render_template("told.html", person=head, told=found)


@views.post("/people/<int:person_id>/credit/<int:note_id>/strike")
def strike(person_id: int, note_id: int) -> Response:
    """Strike a note about a person out."""
    done = carry_out(StrikeCredit(note_id, field("reason")), f"strike:{note_id}")
    if isinstance(done, AidError):
        raise done
    return go(f"/people/{person_id}", "done")


@views.route("/office/credit", methods=["GET", "POST"])
def bodies() -> Response | str:
    """Show the notes about employers, agencies and their staff, and take one more."""
    context = ctx()
    if request.method == "GET":
        values = formview.prefilled(_CREDIT, context.today, context.now)
        return _bodies_page(context, values | {"name": request.args.get("name", "")[:100]})
    values = formview.typed(_CREDIT, request.form)
    done = carry_out(NoteCredit(values, area=_own_area(context)), "credit")
    if isinstance(done, AidError):
        return make_response(_bodies_page(context, values, done), status_of(done))
    return go("/office/credit", "done")


@views.post("/office/credit/<int:note_id>/strike")
def strike_body(note_id: int) -> Response:
    """Strike a note about a body out."""
    done = carry_out(StrikeCredit(note_id, field("reason")), f"strike:{note_id}")
    if isinstance(done, AidError):
        raise done
    return go("/office/credit", "done")


def _own_area(context: Ctx) -> str:
    """Return the widest area in which the reader may note credit; raise NotFound for none."""
    held = sorted((area for _role, area in context.actor.grants), key=len)
    own = [area for area in held if allowed(context.actor, "note_credit", Subject(area))]
    if not own:
        raise NotFound
    return own[0]


def _bodies_page(context: Ctx, values: Mapping[str, Any], refusal: AidError | None = None) -> str:
    over = [areas.district_of(_own_area(context))]
    with context.app.read() as conn:
        found = notes.notes_of_bodies(conn, over)
    view = formview.draw(
        _CREDIT, values, context.lang, context.today,
        problems=refusal if isinstance(refusal, FormInvalid) else None,
    )  # fmt: skip
    sentence = refusal.sentence(context.lang) if refusal and not isinstance(refusal, FormInvalid) else ""
    return render_template(
        "credit.html", rows=found, form=view, sentence=sentence, tabs=tabs(context), here_tab="credit",
        may_strike=allowed(context.actor, "strike_credit", Subject(over[0])),
    )  # fmt: skip
