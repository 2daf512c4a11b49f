"""What the demo's clean-up finds: records past their time, each beside some that must stay."""

from datetime import date, timedelta

from fisioflow_cli.demo.organizations import CLINICS
from fisioflow_cli.demo.rows import Row, days_before, dice, identifier, instant

HISTORY_DAYS = 90
LOG_DAYS = 30
OLD = 40
YOUNG = 60


def notification_history(monday: date) -> list[Row]:
    """Forty notifications older than 90 days and sixty younger ones."""
    rng = dice("notification history")
    ages = [HISTORY_DAYS + 1 + rng.randint(0, 200) for _ in range(OLD)]
    ages += [rng.randint(1, HISTORY_DAYS - 5) for _ in range(YOUNG)]
    return [
        {
            "id": identifier("notification", number),
            "organization_id": rng.choice(CLINICS).id,
            "user_id": identifier("user-patient", rng.randint(21, 400)),
            "channel": rng.choice(("whatsapp", "email", "push")),
            "status": rng.choice(("sent", "delivered", "clicked", "failed")),
            "sent_at": instant(days_before(monday, age), 8, rng.randint(0, 59)),
        }
        for number, age in enumerate(ages, 1)
    ]


def password_reset_tokens(monday: date) -> list[Row]:
    """Ten tokens older than 24 hours, and five from the night before the Monday."""
    rng = dice("password reset tokens")
    midnight = instant(monday, 0)
    hours = [*(rng.randint(30, 700) for _ in range(10)), *range(1, 6)]
    return [
        {
            "id": identifier("token", number),
            "user_id": identifier("user-staff", rng.randint(1, 13)),
            "token_hash": f"{rng.getrandbits(256):064x}",
            "created_at": midnight - timedelta(hours=age),
        }
        for number, age in enumerate(hours, 1)
    ]


def health_logs(monday: date) -> list[Row]:
    """Forty lines older than 30 days and sixty younger ones."""
    rng = dice("health logs")
    ages = [LOG_DAYS + 1 + rng.randint(0, 60) for _ in range(OLD)]
    ages += [rng.randint(1, LOG_DAYS - 5) for _ in range(YOUNG)]
    return [
        {
            "id": identifier("health", number),
            "component": rng.choice(("database", "email", "whatsapp")),
            "status": rng.choices(("up", "down"), weights=(9, 1))[0],
            "created_at": instant(days_before(monday, age), rng.randint(0, 23)),
        }
        for number, age in enumerate(ages, 1)
    ]
