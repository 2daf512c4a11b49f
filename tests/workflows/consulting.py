"""Asking for insights in a clinic of one patient, with a local server as the language model."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pytest_httpserver import HTTPServer

from fisioflow_cli.clinic import schema
from fisioflow_cli.context.context import Context
from fisioflow_cli.engine.control import Control
from fisioflow_cli.engine.dispatcher import Dispatcher, Finished, Limits, Summary
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.events import NewEvent
from fisioflow_cli.workflows.patient_insights import EVENT_WORKFLOW
from tests.engine.workbench import JumpingClock
from tests.gateways.openai_answers import suggesting
from tests.workflows.people import NOW, Row, ago, member, patient, session
from tests.workflows.place import Place

PATH = "/v1/responses"
NAME = "Zuleika das Dores Quaresma"
MAIL, PHONE = "zuleika.quaresma@example.com", "(11) 98765-1357"
CANARIES = ("zuleika", "quaresma", "98765", "1357", "clínica sul", "bragança", "1985", "14/06")
NOTES = {
    "subjective": f"Zuleika ({PHONE}, {MAIL}) refere dor lombar 7/10 desde 20/02/2026.",
    "objective": "Nasc. 14/06/1985. Lasègue positivo a 45°. D. Quaresma anda bem.",
    "assessment": "Evolução boa na Clínica Sul.",
    "plan": "Retorno com o Bragança em 09/03/2026.",
}


@dataclass(kw_only=True)
class Consulting:
    """A deployment that may ask, and the server that it asks."""

    place: Place
    server: HTTPServer
    told: list[Finished] = field(default_factory=list)
    number: int = 0

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        """Let the model say this from now on."""
        self.server.clear()
        self.server.expect_request(PATH).respond_with_json(body, status=status, headers=headers)

    def hold_sessions(self, *rows: Row) -> None:
        self.place.add(schema.sessions, *rows)

    def ask(
        self, *, at: datetime = NOW, env: dict[str, str] | None = None, **data: str
    ) -> Finished:
        """Send the event and dispatch it; how the attempt ended."""
        self.number += 1
        event_id = f"e{self.number}"
        self.dispatch(at=at, env=env, event_id=event_id, **data)
        return next(one for one in reversed(self.told) if one.event.id == event_id)

    def dispatch(
        self,
        *,
        at: datetime = NOW,
        env: dict[str, str] | None = None,
        event_id: str | None = None,
        workflow: Any = EVENT_WORKFLOW,
        change: Callable[[Any], Any] = lambda services: services,
        **data: str,
    ) -> Summary:
        """Work on what is due, after a new event if there is to be one."""
        context = Context(
            settings=self.place.settings(**(env or {})), clock=JumpingClock(starting_at=at)
        )
        with context.databases() as databases, context.channels(()) as channels:
            ledger_id = context.require_ledger(databases)
            if event_id is not None:
                events.accept(databases.ledger, [self._event(event_id, data)])
            dispatcher = Dispatcher(
                ledger=databases.ledger,
                workflows=(workflow,),
                services=change(context.services(databases, channels, ledger_id)),
                control=Control(clock=context.clock),
                limits=Limits(concurrency=2),
                lease_seconds=60,
                zone=ZoneInfo("America/Sao_Paulo"),
                finished=self.told.append,
            )
            return dispatcher.work(lambda: False)

    def _event(self, event_id: str, data: dict[str, str]) -> NewEvent:
        return NewEvent(
            id=event_id,
            name="ai/patient.insights",
            data={"patientId": "zuleika", "organizationId": "sul", **data},
            ts=None,
            source="api",
            workflow=EVENT_WORKFLOW.id,
        )

    def requests(self) -> list[dict[str, Any]]:
        """The bodies of the requests that reached the model."""
        return [json.loads(request.get_data()) for request, _ in self.server.log]

    def shown(self) -> str:
        """What the model was shown, by the only request."""
        [body] = self.requests()
        [message] = body["input"]
        assert isinstance(message["content"], str)
        return message["content"]

    def stored(self) -> list[dict[str, Any]]:
        """The ledger's insights, oldest first."""
        return sorted(self.place.ledger("insights"), key=lambda row: row["created_at"])


def consulting(place: Place, server: HTTPServer) -> Consulting:
    """One patient with one session, an organization on the list, and a model that answers well."""
    place.environ |= {
        "OPENAI_API_KEY": "sk-segredo-123",
        "OPENAI_BASE_URL": server.url_for("/v1"),
        "OPENAI_MODEL": "gpt-test",
        "FISIOFLOW_AI_ORGANIZATIONS": "norte, sul",
    }
    known = {"full_name": NAME, "name": "Zuleika", "email": MAIL, "phone": PHONE}
    place.add(schema.patients, patient("zuleika", birth_date=date(1985, 6, 14)) | known)
    place.add(schema.staff, member("tito", email="tito@example.com") | {"name": "Tito Bragança"})
    made = Consulting(place=place, server=server)
    made.hold_sessions(session("s1", ago(12), pain=7, patient_id="zuleika", **NOTES))
    made.answer(suggesting())
    return made
