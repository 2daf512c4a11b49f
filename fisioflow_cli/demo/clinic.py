"""The demo clinic as a whole: put into an empty database, and recognised there later."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Table, insert, inspect, select

from fisioflow_cli.clinic import schema
from fisioflow_cli.demo import housekeeping, money, users, waiting
from fisioflow_cli.demo.appointments import appointments
from fisioflow_cli.demo.organizations import CLINICS, organizations, staff
from fisioflow_cli.demo.orphans import orphans
from fisioflow_cli.demo.patients import patients
from fisioflow_cli.demo.rows import Row
from fisioflow_cli.demo.sessions import sessions

if TYPE_CHECKING:
    from sqlalchemy import Connection


def build(connection: "Connection", *, monday: date) -> None:
    """Insert the whole demo clinic, always the same for the same Monday; the caller commits.

    The tables of `clinic.schema` must be there and empty. Instants are local times in
    America/Sao_Paulo or of the clinic, relative to `monday`.
    """
    lost = orphans(monday)
    for table, rows in _tables(monday).items():
        connection.execute(insert(table), [*rows, *lost.get(table, [])])


def present(connection: "Connection") -> bool:
    """Whether this database holds the demo clinic and no other, so that the demo may change it."""
    if not inspect(connection).has_table(schema.organizations.name):
        return False
    found = connection.scalars(select(schema.organizations.c.id).limit(len(CLINICS) + 1))
    return set(found) == {clinic.id for clinic in CLINICS}


def vacant(connection: "Connection") -> bool:
    """Whether the plain tables are there and hold neither a clinic nor a patient."""
    tables = (schema.organizations, schema.patients)
    return not any(connection.execute(select(table.c.id).limit(1)).first() for table in tables)


def _tables(monday: date) -> dict[Table, list[Row]]:
    team = staff()
    people = patients(monday)
    calendar = appointments(monday, people)
    return {
        schema.organizations: organizations(),
        schema.staff: team,
        schema.patients: people,
        schema.preferences: users.preferences([*team, *people]),
        schema.push_subscriptions: users.push_subscriptions([*team, *people]),
        schema.appointments: [appointment.row() for appointment in calendar],
        schema.sessions: sessions(monday, calendar, people),
        schema.payments: money.payments(calendar),
        schema.vouchers: money.vouchers(monday, people),
        schema.waitlist: waiting.waitlist(monday, people),
        schema.waitlist_offers: waiting.waitlist_offers(monday, people),
        schema.notification_history: housekeeping.notification_history(monday),
        schema.password_reset_tokens: housekeeping.password_reset_tokens(monday),
        schema.health_logs: housekeeping.health_logs(monday),
    }
