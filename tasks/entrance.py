"""Coming in, going out and being refused, each with its event (SEC-L2, SEC-Z5), for pages and programs."""

from __future__ import annotations

from engine.history import By
from tasks import accounts, office_trail, sessions
from tasks.accounts import Passwords
from tasks.actor import Actor
from tasks.app import App
from tasks.desk import Desk
from tasks.office_trail import ACCESS
from tasks.office_trail import account as named
from tasks.sessions import LoginRefused, SessionToken
from tasks.store import accounts as store


def enter(
    app: App, passwords: Passwords, username: str, password: str, address: str, agent: str = "",
    leaving: str = "",
) -> SessionToken | LoginRefused:  # fmt: skip
    """Open a session, or count the failure; `leaving` is a session that ends in any case."""

    def act(desk: Desk) -> SessionToken | LoginRefused:
        if leaving:
            sessions.logout(desk.conn, leaving)
        opened = sessions.login(desk.conn, passwords, username, password, address, desk.now, agent)
        if isinstance(opened, SessionToken):
            _by(desk, opened.user_id, address)
            office_trail.emit(desk, "LoggedIn", named(opened.user_id), ACCESS)
        elif isinstance(opened.error, sessions.LoginFailed):
            known = store.account_by_username(desk.conn, username.strip())
            # an unknown name is not kept: people type passwords into its field
            about = named(known["id"]) if known else ""
            why = None if known is None or known["disabled_at"] is None else "disabled"
            _by(desk, None, address)
            office_trail.emit(desk, "LoginFailed", about, ACCESS, wait=opened.wait_seconds or None, why=why)
        return opened

    found: SessionToken | LoginRefused = app.run(act)
    return found


def _by(desk: Desk, user_id: int | None, address: str) -> None:
    roles = {grant.role for grant in accounts.grants_of(desk.conn, user_id)} if user_id else set()
    desk.unit.by = By(user_id, ",".join(sorted(roles)), address[:64])


def leave(app: App, token: str, actor: Actor) -> None:
    """End a session."""

    def act(desk: Desk) -> None:
        sessions.logout(desk.conn, token)
        if actor.user_id is not None:
            office_trail.emit(desk, "LoggedOut", named(actor.user_id), ACCESS)

    app.run(act, actor)


def change_password(app: App, passwords: Passwords, actor: Actor, old: str, new: str, token: str) -> None:
    """Set a new password; the session at hand stays, all others end. Raises FormInvalid."""
    assert actor.user_id is not None
    user_id = actor.user_id

    def act(desk: Desk) -> None:
        keep = sessions.token_hash(token)
        accounts.change_password(desk.conn, passwords, user_id, old, new, keep)
        office_trail.emit(desk, "PasswordChanged", named(user_id), ACCESS)

    app.run(act, actor)
