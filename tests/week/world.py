"""The world of one simulated week: a provider that counts, and a monitor that looks on."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fisioflow_cli.context.due import due
from fisioflow_cli.context.status import status
from fisioflow_cli.workflows.registry import WORKFLOWS
from tests.week.clinic import FIRST
from tests.week.scheduler import DUE, Start
from tests.workflows.people import SAO_PAULO
from tests.workflows.place import Place

Slot = tuple[str, str]
"""A workflow's command and a slot's label."""
COMMANDS = {workflow.id: workflow.command for workflow in WORKFLOWS}


@dataclass(frozen=True)
class Sent:
    """What the provider took, and when."""

    at: datetime
    to: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """What `status` named at an instant, and how the runs stood then, by SQL alone."""

    at: datetime
    late: frozenset[Slot]
    missed: frozenset[Slot]
    in_order: bool
    settled: frozenset[Slot]
    begun: frozenset[Slot]


@dataclass(kw_only=True)
class World:
    """One clinic in production, its provider, and the time."""

    place: Place
    now: datetime = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=SAO_PAULO)
    sent: list[Sent] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    starts: list[Start] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)

    def stand_in(self, server: HTTPServer) -> None:
        """Let the provider take every mail and count it, whatever its key."""
        server.expect_request("/emails").respond_with_handler(self._take)

    def live(self, starts: list[Start], *, look_every: timedelta) -> None:
        """Let the starts happen in their order, and somebody look at the status meanwhile."""
        look_at = starts[0].at + look_every
        for start in starts:
            while look_at < start.at:
                self._look(look_at)
                look_at += look_every
            self._start(start)
        self._look(starts[-1].at + timedelta(minutes=1))

    def _start(self, start: Start) -> None:
        self.now = start.at
        self.starts.append(start)
        if start.command == DUE:
            code = due(self.place.context(at=start.at), WORKFLOWS).exit_code
        else:
            code = self.place.start(start.command, at=start.at).final_code
        self.codes[int(code)] += 1

    def _look(self, at: datetime) -> None:
        found = status(self.place.context(at=at), WORKFLOWS)
        rows = [row for row in self.place.ledger("runs") if row["scope"] == "all"]
        done = [row for row in rows if row["status"] in {"completed", "partial"}]
        self.looks.append(
            Look(
                at=at,
                late=_named(found, "late"),
                missed=_named(found, "missed"),
                in_order=found.in_order,
                settled=frozenset((COMMANDS[row["workflow"]], row["slot"]) for row in done),
                begun=frozenset((COMMANDS[row["workflow"]], row["slot"]) for row in rows),
            )
        )

    def _take(self, request: Request) -> Response:
        mail = json.loads(request.get_data())
        self.sent.append(Sent(self.now, mail["to"][0], mail["subject"]))
        return Response(json.dumps({"id": str(len(self.sent))}), 200, mimetype="application/json")


def _named(found: object, kind: str) -> frozenset[Slot]:
    return frozenset(
        (standing.workflow.command, entry.slot.label)
        for standing in found.standings  # type: ignore[attr-defined]  # a Status
        for entry in getattr(standing, kind)
    )
