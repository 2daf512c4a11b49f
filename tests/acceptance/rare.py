"""What chance leaves out of a filled clinic, and the acceptance wants to see."""

from datetime import date, timedelta

from sqlalchemy import Connection, text

from tests.clinic.real_schema import SUPABASE

# The organization without appointments and sessions: nothing to report
QUIET = "Clínica 0 & Filhos"
OF_QUIET = "organization_id = (SELECT id FROM organizations WHERE name = :quiet)"
# Rows whose id begins with these: chosen by chance, and the same for every start of the test
ONE_IN_TWENTY = "substr(id::text, 1, 2) < '0d'"
ONE_IN_FOUR = "substr(id::text, 1, 1) < '4'"
A_DAY = "get_byte(uuid_send(id), 1) % 10"
# 02:30 UTC, which is yesterday in São Paulo and Manaus and today in Noronha
LATE = "(CAST(CAST(:day AS date) {sign} {days} AS text) || ' 02:30+00')::{type}"
ODD = "UPDATE patients SET birth_date = :odd WHERE id = (SELECT id FROM patients ORDER BY id DESC"


def add_rare_cases(connection: Connection, profile: str, day: date) -> None:
    """Everything of this module, in one of the real databases."""
    _odd_birth_dates(connection, day)
    for statement in (BIRTHDAYS, ORPHANS, *_late_hours(profile), *NOTHING):
        connection.execute(text(statement), {"day": day, "quiet": QUIET})


# Of 2,000 people chance gives five a birthday on one day, too few for every reason
BIRTHDAYS = (
    "UPDATE patients SET birth_date ="
    " CAST(:day AS date) - make_interval(years => date_part('year', age(:day, birth_date))::int)"
    f" WHERE birth_date IS NOT NULL AND {ONE_IN_TWENTY}"
)
# Sessions whose appointment is gone
ORPHANS = f"UPDATE sessions SET appointment_id = id WHERE {ONE_IN_TWENTY}"
NOTHING = (
    f"DELETE FROM appointments WHERE {OF_QUIET}",
    f"DELETE FROM sessions WHERE {OF_QUIET}",
    f"UPDATE patients SET created_at = created_at - interval '60 days' WHERE {OF_QUIET}",
)


def _late_hours(profile: str) -> tuple[str, ...]:
    """Instants whose local date is not the one in UTC, around the days that are looked at."""
    kind = "timestamptz" if profile == SUPABASE else "timestamp"
    held, done = (
        (["started_at", "completed_at"], "completed")
        if profile == SUPABASE
        else (["date"], "finalized")
    )
    paid = "payments" if profile == SUPABASE else "appointments"
    ago = LATE.format(sign="-", days=A_DAY, type=kind)
    moved = ", ".join(f"{column} = {ago}" for column in held)
    return (
        "UPDATE user_vouchers SET data_expiracao = "
        + LATE.format(sign="+", days=A_DAY, type="timestamptz")
        + " WHERE substr(id::text, 1, 1) < '8'",
        f"UPDATE sessions SET {moved} WHERE status = '{done}' AND {ONE_IN_FOUR}",
        f"UPDATE {paid} SET paid_at = {ago} WHERE paid_at IS NOT NULL AND {ONE_IN_FOUR}",
        f"UPDATE patients SET created_at = {ago} WHERE {ONE_IN_FOUR}",
    )


def _odd_birth_dates(connection: Connection, day: date) -> None:
    """Born today or 120 years ago, which is possible; a day later or earlier, which is not."""
    oldest, one = date(day.year - 120, 1, 1), timedelta(days=1)
    for number, odd in enumerate((day, day + one, oldest, oldest - one)):
        connection.execute(text(f"{ODD} OFFSET {number} LIMIT 1)"), {"odd": odd})
