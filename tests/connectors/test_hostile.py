"""Systems that answer wrongly, late, twice or with what cannot be kept; folders that others share."""

from __future__ import annotations

import gzip
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.store.db import Database
from engine.store.tables import incident
from engine.verify import verify
from tasks import commands, imports
from tasks.connectors import http
from tasks.connectors.config import load_adapters
from tasks.connectors.files import FileAdapter
from tasks.connectors.http import HttpAdapter
from tasks.connectors.port import Outgoing, Page, Receipt, Unreachable, read_receipt
from tasks.exchange_commands import RetryExchange
from tasks.exchange_work import run_exchanges
from tasks.library import Library
from tasks.selftest import NotReady
from tasks.store.tables import form_data
from tasks.store.tables_exchange import exchange, feed
from tests.connectors.conftest import TOKEN, Systems
from tests.web.office import Office

TODAY = date(2026, 3, 9)
SENT = Outgoing("77", "X01", "survey", "P01a_Enter", TODAY, {"name": "王秀英"})


class Answering:
    """A system that answers what it is told to, in turn, then takes everything over."""

    def __init__(self, *answers: Receipt | Exception, page: Page | None = None) -> None:
        self.answers = list(answers)
        self.page = page or Page((), "")
        self.keys: list[str] = []

    def send(self, outgoing: Outgoing) -> Receipt:
        """Answer the next."""
        self.keys.append(outgoing.key)
        found = self.answers.pop(0) if self.answers else Receipt("accepted", "N1", TODAY)
        if isinstance(found, Exception):
            raise found
        return found

    def fetch(self, what: str, cursor: str) -> Page:
        """Give the page."""
        return self.page


@pytest.fixture
def office(sqlite_database: Database) -> Office:
    return Office(sqlite_database)


def at_entry(office: Office, *answers: Receipt | Exception) -> tuple[int, Answering]:
    system = Answering(*answers)
    office.app.adapters = {"X02": system}
    case = office.new_case()
    office.reach(case, "P03_Enter")
    return case, system


def rows(office: Office, table: sa.Table) -> list[dict[str, Any]]:
    with office.app.read() as conn:
        return [dict(row) for row in conn.execute(sa.select(table)).mappings()]


def test_what_was_refused_goes_out_as_another_record_when_it_is_sent_again(
    systems: Systems, office: Office
) -> None:
    """A receiver that knows a key answers as it did before: a mended record would be refused for ever."""
    office.app.adapters = {"X02": HttpAdapter(systems.url, TOKEN, lambda: office.clock.now().date())}
    systems.behave("refuse")
    case = office.new_case()
    office.reach(case, "P03_Enter")
    run_exchanges(office.app)
    (row,) = rows(office, exchange)
    assert row["state"] == "refused"
    office.app.do(RetryExchange(row["id"]), office.actor("sup.rh"))
    run_exchanges(office.app)
    assert rows(office, exchange)[0]["state"] == "accepted"
    assert set(systems.book()["asked"]) == {str(row["id"]), f"{row['id']}-1"}
    assert [one["state"] for one in rows(office, incident)] == ["resolved"]


def test_what_had_all_its_tries_keeps_its_key(office: Office) -> None:
    _case, system = at_entry(office, *[Unreachable(why="超时")] * 4)
    for minutes in (0, 2, 6, 31):


        office.clock.advance(timedelta(minutes=minutes))
        run_exchanges(office.app)
    (row,) = rows(office, exchange)
    assert row["state"] == "dead"
    office.app.do(RetryExchange(row["id"]), office.actor("sup.rh"))
    run_exchanges(office.app)
    assert set(system.keys) == {str(row["id"])}


def test_a_receipt_for_a_case_that_stands_still_is_kept_and_completes_nothing(office: Office) -> None:
    case, _system = at_entry(office)
    instance = office.open_tasks(case)["P03_Enter"].instance_id
    office.app.do(commands.SuspendInstance(instance, "核查"), office.actor("sup.rh"))
    assert run_exchanges(office.app) == 1
    (row,) = rows(office, exchange)
    assert (row["state"], row["number"]) == ("accepted", "N1")
    drafts = [one for one in rows(office, form_data) if one["element"] == "P03_Enter"]
    assert [(one["draft"], "N1" in one["values"]) for one in drafts] == [(True, True)]


def test_an_answer_that_breaks_what_takes_it_is_no_end_of_the_worker(office: Office) -> None:
    at_entry(office, RuntimeError("odd"))
    assert run_exchanges(office.app) == 0
    (row,) = rows(office, exchange)
    assert (row["state"], row["reason"]) == ("waiting", "回应不能处理")
    with office.app.read() as conn:
        assert verify(conn, office.keys.trail, office.keys.state).faults == []


@pytest.mark.parametrize(
    "raw",
    [
        b'{"state":"refused","reason":"\\ud800"}', b'{"state":"refused","reason":"a\\u0000b"}',
        b'{"state":"accepted","on":"2026-03-09","values":{"interest":1e999}}',
        b'{"state":"accepted","on":"2026-03-09","values":{"interest":NaN}}',
        b'{"state":"accepted","on":"2026-03-09","values":{"n":' + b"9" * 30 + b"}}",
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_no_answer(raw: bytes) -> None:
    with pytest.raises(Unreachable):
        read_receipt(raw, TODAY)


@pytest.mark.parametrize("value", [{"a": 1}, ["保洁"], True])
def test_an_item_that_is_no_text_is_refused_with_its_line(office: Office, value: Any) -> None:
    item = {"employer": value, "name": "保洁员", "area": "仁和镇", "number": 2, "wage": "3000"}
    with pytest.raises(imports.ImportRefused) as refused:
        imports.take_items(office.app, "vacancies", [item])
    assert "第1行" in refused.value.problems[0]
    office.app.adapters = {"X05": Answering(page=Page((item,), ""))}
    run_exchanges(office.app)
    assert "第1行" in rows(office, feed)[0]["problem"]


def test_a_record_somebody_took_along_is_not_laid_out_again(tmp_path: Path) -> None:
    adapter = FileAdapter(tmp_path, lambda: TODAY)
    adapter.send(SENT)
    out = tmp_path / "out" / "77.json"
    assert out.stat().st_mode & 0o007 == 0
    out.unlink()
    again = Outgoing("77", "X01", "survey", "P01a_Enter", TODAY, {}, asked_before=True)
    assert adapter.send(again).state == "pending"
    assert not out.exists()


def test_a_link_in_the_shared_folder_leads_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"state":"accepted","number":"A1","on":"2026-03-09"}')
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "out" / "77.part").symlink_to(secret)
    adapter = FileAdapter(tmp_path, lambda: TODAY)
    assert adapter.send(SENT).state == "pending"
    assert "A1" in secret.read_text()
    (tmp_path / "in" / "77.json").symlink_to(secret)
    with pytest.raises(Unreachable):
        adapter.send(SENT)


def test_a_pipe_in_the_shared_folder_holds_nobody(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "77.json")
    with pytest.raises(Unreachable) as told:
        FileAdapter(tmp_path, lambda: TODAY).send(SENT)
    assert "不是普通文件" in told.value.sentence("zh")


@contextmanager
def _server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _from = listening.accept()
            with client:
                client.recv(65_536)
                with suppress(OSError):
                    answer(client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def test_a_packed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with _server(lambda client: client.sendall(head + bomb)) as url, pytest.raises(Unreachable) as told:
        HttpAdapter(url, "", lambda: TODAY).send(SENT)
    assert "不是JSON" in told.value.sentence("zh")


def test_an_answer_that_drips_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_MS", -1)
    with (
        _server(lambda client: client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{")) as url,
        pytest.raises(Unreachable) as told,
    ):
        HttpAdapter(url, "", lambda: TODAY).send(SENT)
    assert "超时" in told.value.sentence("zh")


@pytest.mark.parametrize(
    "text",
    [
        "[X01]\nurl='https://'", "[X01]\nurl='https://u:p@host/a'", "[X01]\nurl='https://host/a?b=1'",
        "[X01]\nurl='https://host/a#b'", "[X01]\nurl='https://ho st/'", "[X01]\nfolder=5", "[X01]\nurl=5",
        "[X01]\nfolder='exchange'", "[X01]\nurl='https://host'\ntokn_env='T'", "[X01]\nurl='https://[::1'",
        "[X01]\nurl='https://host'\ntoken_env='T'",
    ],
)  # fmt: skip
def test_a_doubtful_connection_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "demo.connectors.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(NotReady) as stopped:
        load_adapters(path, Library().systems, lambda: TODAY, {"T": "秘密\r\nX: y"})
    assert "[X01]" in stopped.value.sentence("zh")
    assert "秘密" not in stopped.value.sentence("zh")
