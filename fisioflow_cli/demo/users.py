"""What the demo's users chose in the application: channels, quiet hours, browsers to notify."""

from datetime import time

from fisioflow_cli.demo.rows import Row, dice, identifier

QUIET_HOURS = ((time(22), time(7)), (time(12), time(13, 30)), (None, None))


def preferences(people: list[Row]) -> list[Row]:
    """A third of the users have chosen something; some quiet hours cross midnight."""
    rng = dice("preferences")
    rows: list[Row] = []
    for user in _users(people)[::3]:
        quiet_from, quiet_until = rng.choice(QUIET_HOURS)
        rows.append(
            {
                "user_id": user,
                "allows_email": rng.random() < 0.9,
                "allows_whatsapp": rng.random() < 0.9,
                "allows_push": rng.random() < 0.7,
                "quiet_from": quiet_from,
                "quiet_until": quiet_until,
                "weekends": rng.random() < 0.6,
            }
        )
    return rows


def push_subscriptions(people: list[Row]) -> list[Row]:
    """A fifth of the users let a browser notify them; every fourth of those browsers is gone."""
    return [
        {
            "id": identifier("push", number),
            "user_id": user,
            # .invalid resolves nowhere (RFC 6761), and the keys are no keys
            "endpoint": f"https://push.invalid/{number}",
            "p256dh": f"demo-p256dh-{number}",
            "auth": f"demo-auth-{number}",
            "active": number % 4 != 0,
        }
        for number, user in enumerate(_users(people)[::5], 1)
    ]


def _users(people: list[Row]) -> list[str]:
    return [str(person["user_id"]) for person in people if person["user_id"]]
