"""A ledger that cannot be used: the client may come again, the operator learns why."""

from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import URL, make_url

from fisioflow_cli.ledger import events
from tests import postgres
from tests.gateways.raw_server import refusing_url
from tests.listener.served import Served, mail, serve

NOT_NOW = "Events cannot be accepted at the moment; send this again."


def told_to_come_again(response: httpx.Response) -> None:
    assert (response.status_code, response.json()) == (503, {"error": NOT_NOW, "status": 503})
    assert response.headers["retry-after"] == "5"


def test_a_database_that_does_not_answer_is_503_for_events_and_for_health() -> None:
    nowhere = refusing_url().removeprefix("http://")
    with serve(f"postgresql+psycopg://nobody:secret@{nowhere}/none") as served:
        told_to_come_again(served.post(mail()))
        told_to_come_again(httpx.get(f"{served.url}/health"))
    assert served.lines == [
        "The database does not answer; start the command again when it does.",
        "POST /e/… 503",
        "The database does not answer; start the command again when it does.",
        "GET /health 503",
    ]


def test_a_database_that_comes_back_is_used_again(
    postgres_ledger: str, postgres_server: URL
) -> None:
    name = make_url(postgres_ledger).database
    with serve(postgres_ledger) as served, postgres.administrator(postgres_server) as engine:
        assert served.post(mail(id="before")).status_code == 200
        with engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            try:
                connection.exec_driver_sql(
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
                )
                told_to_come_again(served.post(mail(id="meanwhile")))
            finally:
                connection.exec_driver_sql(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert served.post(mail(id="after")).status_code == 200
        assert served.ids() == {"before", "after"}


def test_a_file_that_is_no_database_any_more_is_503(sqlite_ledger: str) -> None:
    with serve(sqlite_ledger) as served:
        assert served.post(mail()).status_code == 200
        path = Path(str(served.ledger.engine.url.database))
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        path.write_bytes(b"no database" * 1000)
        told_to_come_again(served.post(mail()))


def test_a_defect_of_ours_is_500_and_its_text_stays_with_nobody(
    quick: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ana@example.com")

    monkeypatch.setattr("fisioflow_cli.listener.app.accept", broken)
    response = quick.post(mail())
    assert (response.status_code, response.json()["status"]) == (500, 500)
    assert "ana@example.com" not in response.text + "".join(quick.lines)
    assert quick.lines[0].startswith("An unexpected ZeroDivisionError in tests.listener.test_away:")


def test_a_lock_that_is_held_too_long_is_503(
    postgres_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fisioflow_cli.database.BUSY_MILLISECONDS", 50)
    plain = make_url(postgres_ledger).set(drivername="postgresql")
    with (
        serve(postgres_ledger) as served,
        psycopg.connect(plain.render_as_string(hide_password=False)) as other,
    ):
        other.execute("LOCK TABLE fisioflow.events IN EXCLUSIVE MODE")
        told_to_come_again(served.post(mail()))
        other.rollback()
        assert served.post(mail(id="then")).status_code == 200
        assert events.next_due(served.ledger) is not None
