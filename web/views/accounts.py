"""Accounts: one administrator makes them, another gives them roles, the third looks on (三员分立)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from engine.clock import to_us
from engine.errors import AidError, NotFound
from tasks import admin_commands as commands
from tasks.accounts import one_time_password
from tasks.actor import ADMIN_ROLES, ROLES
from tasks.commands import Command
from tasks.queries import accounts
from tasks.queries.names import user_names
from web import query
from web.adminview import carry_out, choices, errors_of, field, number, refused, require, sentence_of
from web.context import Ctx, ctx, passwords
from web.going import go
from web.numbers import whole

views = Blueprint("accounts", __name__, url_prefix="/accounts")
_NEW = ("username", "display_name", "unit_id", "phone", "id_no")

#: Act → the command it gives, and what is said afterwards.
ACTS: dict[str, tuple[Callable[[int], Command], str]] = {
    "change": (
        lambda n: commands.ChangeAccount(
            n, field("display_name"), number("unit_id"), field("reason"), field("phone"), field("id_no")
        ),
        "account_changed",
    ),
    "disable": (lambda n: commands.DisableAccount(n, field("reason")), "account_disabled"),
    "grant": (
        lambda n: commands.GrantRole(n, field("role"), number("unit_id"), field("reason")), "role_granted"
    ),
    "revoke": (
        lambda n: commands.RevokeRole(n, field("role"), number("unit_id"), field("reason")), "role_revoked"
    ),
    "end": (lambda n: commands.EndSessions(n, field("reason")), "sessions_ended"),
    "factor": (lambda n: commands.ResetSecondFactor(n, field("reason")), "factor_reset"),
}  # fmt: skip
SECRET_ACTS: dict[str, Callable[[int, str, str, str], Command]] = {
    "reset": commands.ResetPassword, "enable": commands.EnableAccount,
}  # fmt: skip


@views.get("")
def index() -> str:
    """List accounts, searched and filtered, page by page."""
    return _list()


def _list(refusal: AidError | None = None) -> str:
    require("view_accounts")
    context, ask = ctx(), request.values
    text, kind = ask.get("q", "").strip()[:60], query.one_of("kind", accounts.KINDS, "all", ask)
    beyond, units = ask.get("beyond", "")[:64], choices(context)
    paths = {"0": "", **{str(place.id): place.path for place, _name in units}}
    chosen = query.one_of("unit", paths, "0", ask)
    area, unit = paths[chosen], int(chosen)
    with context.app.read() as conn:
        rows = accounts.accounts(conn, text=text, area=area, kind=kind, beyond=beyond)
        roles = accounts.roles_of(conn, (row.id for row in rows))
        stands = accounts.standing(conn)
    return render_template(
        "accounts.html", rows=rows, roles=roles, q=text, kind=kind, kinds=accounts.KINDS, unit=unit,
        units=units, standing=stands, more=rows[-1].username if len(rows) == accounts.PAGE else "",
        paged=beyond, sentence=sentence_of(refusal, context.lang), picked=set(request.form.getlist("users")),
        typed={name: field(name) for name in ("role", "unit_id", "reason")},
        offered=[one for one in ROLES if one not in ADMIN_ROLES],
    )  # fmt: skip


@views.post("/grant")
def grant_many() -> Response:
    """Give the ticked accounts a role."""
    ids = tuple(whole(one) for one in request.form.getlist("users") if one.isdecimal() and len(one) < 20)
    command = commands.GrantRoles(ids, field("role"), field("reason"), number("unit_id"))
    done = carry_out(command, "grant")
    if isinstance(done, AidError):
        return refused(_list(done), done)
    return go("/accounts?kind=without", "roles_granted", n=int(done.extra["granted"]))


@views.get("/new")
def new() -> str:
    """Show the form of a new account."""
    return _new_page()


def _new_page(refusal: AidError | None = None) -> str:
    context = ctx()
    typed = {name: field(name) or request.args.get(name, "")[:60] for name in _NEW}
    return render_template(
        "account_new.html", typed=typed, errors=errors_of(refusal, context.lang), units=choices(context),
        sentence=sentence_of(refusal, context.lang),
    )  # fmt: skip


@views.post("")
def create() -> Response | str:
    """Make an account and show its one-time password: now, and never again."""
    secret = one_time_password()
    command = commands.CreateAccount(
        field("username"), field("display_name"), number("unit_id"), passwords().hash(secret), field("phone"),
        field("id_no"), mark=ctx().page_key,
    )  # fmt: skip
    done = carry_out(command, "account")
    if isinstance(done, AidError):
        return refused(_new_page(done), done)
    return _told(int(done.extra["user_id"]), secret if done.extra["mark"] == command.mark else "")


def _told(user_id: int, secret: str) -> str:
    """Show a one-time password; without one, say that it was shown before."""
    with ctx().app.read() as conn:
        found = accounts.account(conn, user_id)
    return render_template("account_secret.html", account=found, secret=secret)


@views.get("/<int:user_id>")
def show(user_id: int) -> str:
    """Show an account with its roles and sessions, and what the reader may do."""
    return _page(ctx(), user_id)


def _page(context: Ctx, user_id: int, refusal: AidError | None = None, act: str = "") -> str:
    require("view_accounts")
    with context.app.read() as conn:
        found = accounts.account(conn, user_id)
        if found is None:
            raise NotFound
        roles = accounts.roles_of(conn, [user_id])[user_id]
        locks = [one for one in accounts.locks(conn, to_us(context.now)) if one.user_id == user_id]
        names = user_names(conn, [found.created_by, *(one.granted_by for one in roles)])
        sessions = accounts.sessions(conn, to_us(context.now), user_id)
        claimed = accounts.claimed_by(conn, user_id)
    free = found.duty_class not in ADMIN_ROLES
    return render_template(
        "account.html", account=found, roles=roles, sessions=sessions, locks=locks, names=names,
        claimed=claimed, units=choices(context), mine=user_id == context.user_id, free=free, acting=act,
        offered=_offered(found, bool(roles)),
        errors=errors_of(refusal, context.lang), sentence=sentence_of(refusal, context.lang),
        typed={name: field(name) for name in (*_NEW, "role", "reason")},
    )  # fmt: skip


def _offered(found: accounts.Account, held: bool) -> list[str]:
    """Return the roles that may stand beside those an account holds."""
    free = found.duty_class not in ADMIN_ROLES
    return [
        one for one in ROLES
        if not held or one == found.duty_class or (free and one not in ADMIN_ROLES)
    ]  # fmt: skip


@views.post("/<int:user_id>/<any(change,disable,grant,revoke,end,factor):act>")
def act(user_id: int, act: str) -> Response:
    """Do one of the acts; a refusal shows the page again with what was typed."""
    make, ok = ACTS[act]
    done = carry_out(make(user_id), f"{act}:account:{user_id}:{field('role')}:{field('unit_id')}")
    if isinstance(done, AidError):
        return refused(_page(ctx(), user_id, done, act), done)
    return go(f"/accounts/{user_id}", ok)


@views.post("/<int:user_id>/<any(reset,enable):act>")
def secret_act(user_id: int, act: str) -> Response | str:
    """Give an account a one-time password and show it: now, and never again."""
    secret, mark = one_time_password(), ctx().page_key
    command = SECRET_ACTS[act](user_id, passwords().hash(secret), field("reason"), mark)
    done = carry_out(command, f"{act}:account:{user_id}")
    if isinstance(done, AidError):
        return refused(_page(ctx(), user_id, done, act), done)
    return _told(user_id, secret if done.extra["mark"] == mark else "")
