"""Between the death of a process and the next start the clinic changes: what was frozen holds."""

from typing import Any

import pytest
from sqlalchemy import Table, update

from fisioflow_cli.clinic import schema
from fisioflow_cli.database import writing
from tests.chaos import evidence
from tests.chaos.stage import Stage

BIA = "birthday/bia/2026"
ONLY_SQLITE = pytest.mark.parametrize("places", ["sqlite"], indirect=True)


@pytest.mark.parametrize("moment", ["before call email", "after call email"])
def test_same_bytes_are_sent_again(stage: Stage, moment: str) -> None:
    """Another body under the same key would be a 409 at Resend, and the mail in doubt."""
    assert stage.run("birthdays", at=moment).was_killed
    _change(stage, schema.patients, "bia", name="Beatriz", email="beatriz@example.com")
    _change(stage, schema.organizations, "sul", name="Clínica do Sul")
    stage.settings["RESEND_FROM"] = "Outra <outra@example.com>"
    assert stage.run("birthdays").code == 0
    assert evidence.of_ledger(stage.place).outcomes()[BIA] == "sent email"
    assert stage.received()["email", "bia@example.com"] == 1
    assert stage.received()["email", "beatriz@example.com"] == 0


@ONLY_SQLITE
def test_refusal_in_the_meantime_ends_it(stage: Stage) -> None:
    """Whether the mail had left nobody knows; another request would be against her will."""
    assert stage.run("birthdays", at="after call email").was_killed
    _change(stage, schema.patients, "bia", consent_marketing=False)
    assert stage.run("birthdays").code == 3
    assert evidence.of_ledger(stage.place).outcomes()[BIA] == "in_doubt opted_out"
    assert stage.received()["email", "bia@example.com"] == 1


@ONLY_SQLITE
def test_refusal_before_the_claim_is_heeded(stage: Stage) -> None:
    assert stage.run("birthdays", at="before call whatsapp").was_killed
    _change(stage, schema.patients, "bia", consent_marketing=False)
    assert stage.run("birthdays").code == 3, "ana's WhatsApp is in doubt"
    assert evidence.of_ledger(stage.place).outcomes()[BIA] == "skipped opted_out"
    assert stage.received()["email", "bia@example.com"] == 0


def _change(stage: Stage, table: Table, row: str, **values: Any) -> None:
    with writing(stage.place.clinic) as connection:
        connection.execute(update(table).where(table.c.id == row).values(values))
