"""What hangs on users and patients in the Supabase database of January 2026."""

from collections.abc import Iterator
from datetime import time, timedelta

from tests.clinic.real_people import Dice, Row, Size

CONSENT_TYPES = ("marketing", "whatsapp", "email", "mensagens", "dados_saude", "termos_de_uso")


def tables(dice: Dice, size: Size, patients: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Vouchers, consents, preferences, push subscriptions and what was once sent."""
    users = [one["user_id"] for one in patients if one["user_id"]]
    yield from _vouchers(dice, size, users)
    yield from _consents(dice, size, users)
    yield "notification_preferences", [_preferences(dice, user) for user in users[::5]]
    yield "push_subscriptions", [_subscription(dice, user) for user in users[::10]]
    yield "notification_history", [_sent(dice, size, user) for user in users]
    # neither tokens nor logs of ours: the clean-up leaves them alone
    old = dice.instant(size.today - timedelta(days=400))
    expired = [{"id": dice.id(), "token": dice.id(), "expires_at": old} for _ in range(20)]
    yield "precadastro_tokens", expired
    yield "notification_system_health", [{"id": dice.id(), "created_at": old} for _ in range(20)]


def waitlist(dice: Dice, size: Size, appointments: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Waiting patients and the free times offered to them."""
    wanted = appointments[:: max(1, len(appointments) // 200)]
    entries = [_entry(dice, one) for one in wanted]
    pairs = zip(wanted, entries, strict=True)
    yield "waitlist", entries
    yield "waitlist_offers", [_offer(dice, size, one, entry) for one, entry in pairs]


def _vouchers(dice: Dice, size: Size, users: list[str]) -> Iterator[tuple[str, list[Row]]]:
    kinds: list[Row] = [{"id": dice.id(), "nome": f"Pacote {n}"} for n in (5, 10, 20)]
    buyers = [user for user in users if dice.chance(0.2)]
    yield "vouchers", kinds
    yield "user_vouchers", [_voucher(dice, size, user, kinds) for user in [*buyers, dice.id()]]


def _voucher(dice: Dice, size: Size, user: object, kinds: list[Row]) -> Row:
    due = size.today + timedelta(days=20)
    return {
        "id": dice.id(),
        "user_id": user,
        "voucher_id": dice.id() if dice.chance(0.01) else dice.pick(kinds)["id"],
        "ativo": dice.chance(0.9),
        "data_expiracao": dice.instant(due, spread=30),
        "sessoes_restantes": dice.pick((0, 1, 4, 9)),
        "sessoes_totais": 10,
    }


def _consents(dice: Dice, size: Size, users: list[str]) -> Iterator[tuple[str, list[Row]]]:
    yield (
        "notification_consent",
        [
            {
                "id": dice.id(),
                "user_id": user,
                "notifications_enabled": not dice.chance(0.05),
                "marketing_consent": not dice.chance(0.2),
            }
            for user in users
            if dice.chance(0.4)
        ],
    )
    yield (
        "lgpd_consents",
        [
            {
                "id": dice.id(),
                "user_id": user,
                "consent_type": dice.pick(CONSENT_TYPES),
                "granted": not dice.chance(0.2),
                "revoked_at": dice.instant(size.today, spread=300) if dice.chance(0.1) else None,
            }
            for user in users
            if dice.chance(0.15)
        ],
    )


def _preferences(dice: Dice, user: str) -> Row:
    return {
        "id": dice.id(),
        "user_id": user,
        "appointment_reminders": dice.pick((True, True, None, False)),
        "quiet_hours_start": dice.pick((None, time(22), time(12))),
        "quiet_hours_end": dice.pick((None, time(7, 30), time(14))),
        "weekend_notifications": dice.pick((True, None, False)),
    }


def _subscription(dice: Dice, user: str) -> Row:
    return {
        "id": dice.id(),
        "user_id": user,
        "endpoint": f"https://push.example.com/{dice.id()}",
        "p256dh": "BExample",
        "auth": "example",
        "active": dice.pick((True, True, None, False)),
    }


def _sent(dice: Dice, size: Size, user: str) -> Row:
    return {
        "id": dice.id(),
        "user_id": user,
        "title": "Lembrete",
        "status": dice.often(sent=50, delivered=30, clicked=10, failed=9, none=1),
        "sent_at": None if dice.chance(0.02) else dice.instant(size.today, spread=400),
    }


def _entry(dice: Dice, appointment: Row) -> Row:
    return {
        "id": dice.id(),
        "patient_id": appointment["patient_id"],
        "organization_id": appointment["organization_id"],
        "status": dice.often(waiting=50, offered=40, scheduled=5, removed=5),
        "rejection_count": dice.pick((None, 0, 1, 2)),
    }


def _offer(dice: Dice, size: Size, appointment: Row, entry: Row) -> Row:
    return {
        "id": dice.id(),
        "waitlist_id": dice.id() if dice.chance(0.01) else entry["id"],
        "appointment_id": appointment["id"],
        "patient_id": appointment["patient_id"],
        "organization_id": appointment["organization_id"],
        "status": dice.often(pending=70, accepted=15, rejected=10, expired=5),
        "created_at": dice.instant(size.today, spread=10),
        "expiration_time": dice.instant(size.today + timedelta(days=2), spread=10),
    }
