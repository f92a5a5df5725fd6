"""Coming in, going out and being refused, each with its event (SEC-L2, SEC-Z5), for pages and programs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import AidError, IllegalState
from engine.history import By
from tasks import accounts, login_steps, office_trail, second_factor, sessions
from tasks.accounts import Passwords
from tasks.actor import Actor
from tasks.app import App
from tasks.desk import Desk
from tasks.login_steps import HalfLogin
from tasks.office_trail import ACCESS
from tasks.office_trail import account as named
from tasks.second_factor import CodeWrong, SecondFactorDue, SecondFactorRequired
from tasks.sessions import LoginRefused, SessionToken
from tasks.store import accounts as store
from tasks.store.conn import RowMapping


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A telephone was set up at the login: the session, and the recovery codes to be shown once."""

    session: SessionToken
    codes: list[str]


def enter(
    app: App, passwords: Passwords, username: str, password: str, address: str, agent: str = "",
    leaving: str = "",
) -> SessionToken | HalfLogin | LoginRefused:  # fmt: skip
    """Open a session, go on with a page, or count the failure; `leaving` is a session that ends anyway."""

    def act(desk: Desk) -> SessionToken | HalfLogin | LoginRefused:
        if leaving:
            sessions.logout(desk.conn, leaving)
        account = _identified(desk, passwords, username, password, address)
        if isinstance(account, LoginRefused):
            return account
        wanted = second_factor.wanted_of(desk, account["id"])
        if wanted:
            return login_steps.begin(desk, account["id"], wanted)
        return _opened(desk, account, address, agent)

    found: SessionToken | HalfLogin | LoginRefused = app.run(act)
    return found


def enter_by_program(
    app: App, passwords: Passwords, username: str, password: str, code: str, address: str, agent: str = ""
) -> SessionToken | LoginRefused:
    """Open a session for a program, which gives password and code together, or say why not."""

    def act(desk: Desk) -> SessionToken | LoginRefused:
        account = _identified(desk, passwords, username, password, address)
        if isinstance(account, LoginRefused):
            return account
        _by(desk, account["id"], address)
        wanted = second_factor.wanted_of(desk, account["id"])
        if wanted == "enrol":
            return LoginRefused(SecondFactorDue(), 0)
        if wanted == "code" and not code.strip():
            return LoginRefused(SecondFactorRequired(), 0)
        if wanted == "code" and not second_factor.takes(desk, account["id"], code):
            return _failed(desk, CodeWrong(), account["username"], address)
        return _opened(desk, account, address, agent)

    found: SessionToken | LoginRefused = app.run(act)
    return found


def enter_code(app: App, token: str, code: str, address: str, agent: str = "") -> SessionToken | LoginRefused:
    """Open the session of a login that was asked for a code, or count the failure; raise SessionEnded."""

    def act(desk: Desk) -> SessionToken | LoginRefused:
        step = login_steps.find(desk.conn, token, "code", desk.now)
        refused = sessions.held_back(desk.conn, step["username"], address, desk.now)
        if refused is not None:
            return refused
        _by(desk, step["user_id"], address)
        if not second_factor.takes(desk, step["user_id"], code):
            return _failed(desk, CodeWrong(), step["username"], address)
        login_steps.use_up(desk.conn, token)
        return _opened(desk, accounts.get_account(desk.conn, step["user_id"]), address, agent)

    found: SessionToken | LoginRefused = app.run(act)
    return found


def enrol(app: App, token: str, code: str, address: str, agent: str = "") -> Enrolled:
    """Set the telephone up that a login asked for, and open its session; raise FormInvalid, SessionEnded."""

    def act(desk: Desk) -> Enrolled:
        step = login_steps.find(desk.conn, token, "enrol", desk.now)
        _by(desk, step["user_id"], address)
        codes = second_factor.enrol(desk, step["user_id"], step["secret"], step["token_hash"], code)
        account = accounts.get_account(desk.conn, step["user_id"])
        return Enrolled(_opened(desk, account, address, agent), codes)

    found: Enrolled = app.run(act)
    return found


def begin_own(
    app: App, passwords: Passwords, actor: Actor, password: str, code: str, token: str
) -> LoginRefused | None:
    """Begin to set up a telephone, or another one, for who is logged in; return why not.

    The password proves that it is he, and a code of the telephone so far where there is one.
    """
    assert actor.user_id is not None
    user_id = actor.user_id

    def act(desk: Desk) -> LoginRefused | None:
        name = accounts.get_account(desk.conn, user_id)["username"]
        account = _identified(desk, passwords, name, password, actor.origin)
        if isinstance(account, LoginRefused):
            return account
        has = second_factor.wanted_of(desk, user_id) == "code"
        if has and not second_factor.takes(desk, user_id, code):
            return _failed(desk, CodeWrong(), name, actor.origin)
        login_steps.begin(desk, user_id, "own", token)
        return None

    found: LoginRefused | None = app.run(act, actor)
    return found


def confirm_own(app: App, actor: Actor, code: str, token: str) -> list[str]:
    """Set the telephone up and return the recovery codes; the session at hand stays, all others end.

    Raise FormInvalid, and IllegalState where nothing was begun or its time is over.
    """
    assert actor.user_id is not None
    user_id = actor.user_id

    def act(desk: Desk) -> list[str]:
        try:
            step = login_steps.find(desk.conn, token, "own", desk.now)
            codes = second_factor.enrol(desk, user_id, step["secret"], step["token_hash"], code)
        except sessions.SessionEnded as over:
            raise IllegalState(detail="启用的时间已过，请重新开始") from over
        store.delete_sessions_of(desk.conn, user_id, but=sessions.token_hash(token))
        return codes

    found: list[str] = app.run(act, actor)
    return found


def _identified(
    desk: Desk, passwords: Passwords, username: str, password: str, address: str
) -> RowMapping | LoginRefused:
    found = sessions.identify(desk.conn, passwords, username, password, address, desk.now)
    if isinstance(found, LoginRefused) and isinstance(found.error, sessions.LoginFailed):
        known = store.account_by_username(desk.conn, username.strip())
        why = None if known is None or known["disabled_at"] is None else "disabled"
        _tell_failure(desk, known, found, address, why)
    return found


def _failed(desk: Desk, error: AidError, username: str, address: str) -> LoginRefused:
    """Count a wrong code as a wrong password is counted, and tell it likewise."""
    refused = sessions.failed(desk.conn, error, username, address, desk.now)
    _tell_failure(desk, store.account_by_username(desk.conn, username), refused, address, "code")
    return refused


def _tell_failure(
    desk: Desk, known: RowMapping | None, refused: LoginRefused, address: str, why: str | None
) -> None:
    # an unknown name is not kept: people type passwords into its field
    about = named(known["id"]) if known else ""
    _by(desk, None, address)
    office_trail.emit(desk, "LoginFailed", about, ACCESS, wait=refused.wait_seconds or None, why=why)


def _opened(desk: Desk, account: RowMapping, address: str, agent: str) -> SessionToken:
    opened = sessions.open_session(desk.conn, account, address, desk.now, agent)
    _by(desk, opened.user_id, address)
    office_trail.emit(desk, "LoggedIn", named(opened.user_id), ACCESS)
    return opened


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
