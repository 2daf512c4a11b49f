"""A week of late, doubled and lost starts: everything owed once, nothing stale, every miss named."""

import re
from collections import Counter
from datetime import date, datetime, timedelta

from tests.week import truth
from tests.week.clinic import (
    APPOINTMENTS,
    BIRTHDAYS,
    DAYS,
    READERS,
    SUNDAY,
    VOUCHERS,
    ZONES,
    address,
    begins,
)
from tests.week.scheduler import DROPPED
from tests.week.world import Sent, World

MONTHS = {"fevereiro": 2, "março": 3}
DAY = timedelta(days=1)
NAMES = {address(name): name for name in (*READERS, *BIRTHDAYS, *APPOINTMENTS)}
NAMES |= {address(f"p-{name}"): name for name in VOUCHERS}


def sent(week: World, subject: str) -> list[Sent]:
    return [mail for mail in week.sent if re.search(subject, mail.subject)]


def local(name: str, houses: dict[str, str], at: datetime) -> date:
    """The day it was at somebody's clinic."""
    return at.astimezone(ZONES[houses[name]]).date()


def test_week_was_as_bad_as_announced(week: World) -> None:
    days = {start.at.date() for start in week.starts}
    assert days == {SUNDAY, *DAYS} - set(DROPPED)
    assert len(week.starts) > 30
    # nothing failed for good: what had to wait waited (75), and what was given up was told (1)
    assert set(week.codes) <= {0, 1, 75}


def test_every_report_is_done_once(week: World) -> None:
    """Of the dropped days too: they are caught up."""
    told = Counter()  # type: ignore[var-annotated]  # of readers and days
    for mail in sent(week, "^Relatório diário"):
        day, month = re.search(r"(\d+)º? de (\w+) de 2026", mail.subject).groups()  # type: ignore[union-attr]  # or fail
        told[NAMES[mail.to], date(2026, MONTHS[month], int(day))] += 1
    assert told == Counter(truth.reports())


def test_every_weekly_summary_is_done_once(week: World) -> None:
    told = Counter((NAMES[mail.to], mail.subject) for mail in sent(week, "^Resumo semanal"))
    assert set(told.values()) == {1}
    assert Counter(name for name, _ in told) == Counter(dict.fromkeys(READERS, 2))


def test_every_voucher_reminder_is_done_once_and_in_time(week: World) -> None:
    told = {NAMES[mail.to]: mail.at for mail in sent(week, "seu voucher vence")}
    assert Counter(NAMES[mail.to] for mail in sent(week, "seu voucher vence")) == Counter(
        VOUCHERS.keys()
    )
    for name, at in told.items():
        assert VOUCHERS[name] - 7 * DAY <= at.date() <= VOUCHERS[name]


def test_no_greeting_is_stale_none_doubled_none_forgotten(week: World) -> None:
    """On the day or the next; who was born on the first dropped day is not greeted at all."""
    told = {NAMES[mail.to]: mail.at for mail in sent(week, "^Feliz aniversário")}
    assert len(told) == len(sent(week, "^Feliz aniversário"))
    assert truth.birthdays(week.starts) <= set(told)
    houses = {name: house for name, (house, _) in BIRTHDAYS.items()}
    for name, at in told.items():
        born = BIRTHDAYS[name][1]
        assert local(name, houses, at) in {born, born + DAY}
    lost = {name for name, (_, day) in BIRTHDAYS.items() if day == DROPPED[0] + DAY}
    assert lost
    assert lost.isdisjoint(told)


def test_no_reminder_is_stale_none_doubled_none_forgotten(week: World) -> None:
    told = {NAMES[mail.to]: mail.at for mail in sent(week, "^Lembrete: seu horário")}
    assert len(told) == len(sent(week, "^Lembrete: seu horário"))
    assert truth.reminders(week.starts) <= set(told)
    houses = {name: house for name, (house, _, _) in APPOINTMENTS.items()}
    for name, at in told.items():
        assert at < begins(name)
        assert local(name, houses, at) >= APPOINTMENTS[name][1] - DAY
    assert told


def test_nobody_is_written_to_at_night(week: World) -> None:
    patients = {name: facts[0] for name, facts in (BIRTHDAYS | APPOINTMENTS).items()}
    patients |= dict.fromkeys(VOUCHERS, "sul")
    for mail in week.sent:
        name = NAMES[mail.to]
        if name in patients:
            assert 8 <= mail.at.astimezone(ZONES[patients[name]]).hour < 20


def test_every_miss_is_named_while_it_is_one_and_nothing_else(week: World) -> None:
    named = Counter()  # type: ignore[var-annotated]  # of slots
    for look in week.looks:
        late, missed = truth.owed_to_be_named(look)
        assert late <= look.late
        assert look.late - late <= look.begun
        assert look.missed == missed
        assert look.in_order == (not look.late and not look.missed)
        named.update({*look.late, *look.missed})
    dropped = {("daily-reports", f"{day:%Y-%m-%d}") for day in DROPPED}
    assert dropped <= set(named)


def test_in_the_end_all_is_in_order_again(week: World) -> None:
    last = week.looks[-1]
    assert not last.late
    forgiving = {command for command, days in truth.AGES.items() if days > 1}
    assert forgiving.isdisjoint(command for command, _ in last.missed)
    settled = {slot for slot in last.settled if slot[0] in {"daily-reports", "expiring-vouchers"}}
    assert len(settled) == 2 * len((SUNDAY, *DAYS))
