"""Workflows built for a test, started on a real ledger with a clock that does not make one wait."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, select, update

from fisioflow_cli.clock import Clock
from fisioflow_cli.database import open_database, parse_url
from fisioflow_cli.engine.agenda import Agenda, Reader
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.perform import Performer
from fisioflow_cli.engine.report import Report
from fisioflow_cli.engine.run import Run, Seen
from fisioflow_cli.engine.slots import Daily
from fisioflow_cli.engine.start import Request, Starter, timetable
from fisioflow_cli.engine.workflow import Result, Workflow
from fisioflow_cli.ledger import schema
from fisioflow_cli.ledger.ledger import Ledger
from fisioflow_cli.ledger.runs import RunRow

ZONE = ZoneInfo("America/Sao_Paulo")
MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=ZONE)
LONG_LEASE = 30 * 24 * 3600
"""A clock that jumps must not run out a lease while it does."""

Body = Callable[[Run, Any], None]


@dataclass(frozen=True, kw_only=True)
class JumpingClock(Clock):
    """A clock whose waits are over at once, having moved it on; the heartbeat's alone are real."""

    starting_at: datetime | None = MONDAY
    waits: list[float] = field(default_factory=list)
    _jumps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return super().monotonic() + sum(self._jumps)

    def jump(self, by: timedelta) -> None:
        """Let it be later by `by`."""
        self._jumps.append(by.total_seconds())

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if threading.current_thread().name == "heartbeat":
            return super().wait(event, seconds)
        self.waits.append(seconds)
        self.jump(timedelta(seconds=seconds))
        return event.is_set()


@dataclass(frozen=True)
class Item:
    """A row of a keyset page."""

    id: str


def items(*ids: str, size: int = 2) -> Callable[[str | None, str | None], list[Item]]:
    """Keyset pages over `ids`, as `for_each` asks for them."""
    return pages_of(lambda: ids, size=size)


def pages_of(
    ids: Callable[[], Sequence[str]], *, size: int = 2
) -> Callable[[str | None, str | None], list[Item]]:
    """Keyset pages over what `ids()` holds at the moment of reading."""

    def page(after: str | None, until: str | None) -> list[Item]:
        behind = sorted(i for i in ids() if after is None or i > after)
        chosen = [i for i in behind if i <= until] if until is not None else behind[:size]
        return [Item(i) for i in chosen]

    return page


def nothing(run: Run, services: Any) -> None:
    """A body with nothing to do."""
    del run, services


def counted(run: Run, services: Any) -> Result:
    """What the pages of `each` counted."""
    del services
    total = run.tallies("each")
    return Result(data=dict(total), troubled=total["parked"], pending=total["waiting"])


def workflow(body: Body = nothing, **facts: Any) -> Workflow[Any]:
    """A daily workflow at nine o'clock with a maximum age of three days, unless `facts` differ."""
    usual: dict[str, Any] = {
        "id": "test-workflow",
        "command": "test",
        "summary": "A test.",
        "rule": Daily(),
        "at": time(9),
        "cron": "0 9 * * *",
        "maximum_age": timedelta(days=3),
        "deadline": timedelta(hours=2),
        "needs": (),
        "summarise": counted,
    }
    return Workflow(body=body, **{**usual, **facts})


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One ledger, one clock, and what one does with them."""

    ledger: Ledger
    clock: JumpingClock

    @property
    def engine(self) -> Engine:
        return self.ledger.engine

    def at(self, moment: str) -> "Bench":
        """The same ledger at another time, local in São Paulo."""
        clock = JumpingClock(starting_at=datetime.fromisoformat(moment).replace(tzinfo=ZONE))
        return Bench(ledger=replace(self.ledger, clock=clock), clock=clock)

    def performer(
        self,
        what: Workflow[Any],
        *,
        services: Any = None,
        lease_seconds: int = LONG_LEASE,
        organization: str | None = None,
        control: Control | None = None,
    ) -> Performer[Any]:
        return Performer(
            workflow=what,
            services=services,
            ledger=self.ledger,
            control=control or Control(clock=self.clock),
            organization=organization,
            lease_seconds=lease_seconds,
            remembers=True,
            watch=lambda _step, _items: None,
        )

    def start(
        self,
        what: Workflow[Any],
        *,
        services: Any = None,
        lease_seconds: int = LONG_LEASE,
        control: Control | None = None,
        **request: Any,
    ) -> Report:
        """Start as the command line does."""
        asked = Request(**request)
        performer = self.performer(
            what,
            services=services,
            lease_seconds=lease_seconds,
            organization=asked.organization,
            control=control,
        )
        return Starter(workflow=what, request=asked, performer=performer, zone=ZONE).start()

    def heal(self, what: Workflow[Any], *, control: Control | None = None) -> Report | None:
        """Do what is due, missed or unfinished, as `fisioflow due` does."""
        performer = self.performer(what, control=control)
        return Starter(workflow=what, request=Request(), performer=performer, zone=ZONE).heal()

    def agendas(
        self, *what: Workflow[Any], days: int | None = None, ahead: int = 0
    ) -> list[Agenda]:
        """The workflows' slots as they stand: of the last `days`, or those that may still be done."""
        now = self.clock.now()
        return Reader(ledger=self.ledger).read(
            [timetable(one, self.clock, ZONE) for one in what],
            since=None if days is None else now - timedelta(days=days),
            until=now + timedelta(days=ahead),
        )

    def fates(
        self, what: Workflow[Any], *, days: int | None = None, ahead: int = 0
    ) -> dict[str, str]:
        """What became of the slots of one workflow."""
        [agenda] = self.agendas(what, days=days, ahead=ahead)
        return {entry.slot.label: str(entry.fate) for entry in agenda.entries}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Everything in one of the ledger's tables."""
        chosen = getattr(self.ledger.tables, table)
        with self.ledger.reading() as connection:
            return [dict(row) for row in connection.execute(select(chosen)).mappings()]

    def overtake(self) -> None:
        """Be another process that has taken over whatever runs, and has died since."""
        runs = self.ledger.tables.runs
        past = self.clock.now() - timedelta(days=365)
        with self.ledger.writing() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.status == "running")
                .values(attempt=runs.c.attempt + 1, lease_until=past, owner=None)
            )

    def run_rows(self) -> dict[tuple[str, str, int], dict[str, Any]]:
        """The runs by slot, scope and generation."""
        return {(r["slot"], r["scope"], r["generation"]): r for r in self.rows("runs")}

    def status(self, slot: str, scope: str = "all", generation: int = 1) -> str:
        return str(self.run_rows()[slot, scope, generation]["status"])


def _forget_power_cuts(connection: Any, record: object) -> None:
    """No fsync: a killed process still loses nothing, and a test does not wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


@contextmanager
def bench(url: str, *, migrated: bool = False) -> Iterator[Bench]:
    """A bench on the ledger in the database of `url`, which is made unless it is there."""
    engine = open_database(parse_url(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _forget_power_cuts)
    try:
        if not migrated:
            schema.upgrade(engine, production=False)
        clock = JumpingClock()
        yield Bench(
            ledger=Ledger(engine=engine, environment="development", clock=clock), clock=clock
        )
    finally:
        engine.dispose()


def losing_answers(
    engine: Engine, patch: pytest.MonkeyPatch, *, times: int, before: bool = False
) -> None:
    """The connection breaks at the next commits: after they happened, or before."""
    dialect = engine.dialect
    commit = dialect.do_commit
    lost = iter(range(times))

    def do_commit(connection: Any) -> None:
        breaks = next(lost, None) is not None
        if not (breaks and before):
            commit(connection)
        if breaks:
            module: Any = dialect.dbapi
            error = module.OperationalError("the connection was lost")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    patch.setattr(dialect, "do_commit", do_commit)


def done(item: Item) -> Seen:
    """An item that is done at once."""
    del item
    return Seen()


def in_utc(moment: str) -> datetime:
    """A local time in São Paulo as the ledger gives it back."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)


def only(found: Sequence[RunRow]) -> RunRow:
    """The one run there is."""
    (row,) = found
    return row
