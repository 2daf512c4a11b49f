"""The line that `fisioflow dev` prints of an event."""

import pytest

from fisioflow_cli.commands import show_dev
from fisioflow_cli.engine.summary import Finished
from fisioflow_cli.ledger import events
from tests.workflows.conftest import here, made_sqlite
from tests.workflows.inbox import give, work
from tests.workflows.place import Place

__all__ = ["here", "made_sqlite"]


def test_event_that_waits_says_for_what(here: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """It was `e1  waiting  until 20:41:52`, and nobody could tell why."""
    give(here, "appointment/created", {"appointmentId": "none", "organizationId": "sul"})
    work(here)
    with here.context().databases() as databases:
        found = events.get(databases.ledger, "e1")
    assert found is not None
    show_dev.audience().finished(Finished(event=found))
    told = capsys.readouterr().err
    assert told.startswith("appointment/created  e1  waiting  until ")
    assert "(The clinic's database does not have the appointment yet; it is looked for" in told
