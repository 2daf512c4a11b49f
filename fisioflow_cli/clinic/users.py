"""The users that applications write to: patients, staff, or both, known by their user id."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from fisioflow_cli.clinic.clinic import text_id
from fisioflow_cli.clinic.organizations import Organization, organization

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fisioflow_cli.clinic.clinic import Clinic


@dataclass(frozen=True, kw_only=True)
class User:
    """A user as the clinic knows them now; consents are None where nothing is recorded."""

    organization: Organization | None
    """The one that writes to them; None if there is no such organization."""
    active: bool
    """False if every row about them there says so; somebody we know nothing of counts as active."""
    staff: bool
    """Whether they work there, which needs no consent."""
    allows_email: bool | None
    allows_whatsapp: bool | None


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A browser that a user allowed to show notifications."""

    id: str
    endpoint: str
    p256dh: str
    auth: str


def user(clinic: "Clinic", user_id: str, organization_id: str | None) -> User:
    """Who a user is to an organization; without one, to that of their first row.

    A refusal counts wherever it is on record; whether they are active, the organization's own rows
    say if it has any.
    """
    patients = _rows(clinic, "patients", user_id)
    members = _rows(clinic, "staff", user_id)
    known = [*members, *patients]
    wanted = organization_id or next(
        (found for row in known if (found := text_id(row.organization_id))), None
    )
    own = [row for row in known if text_id(row.organization_id) == wanted] or known
    return User(
        organization=organization(clinic, wanted) if wanted else None,
        active=not own or any(row.active is not False for row in own),
        staff=any(row.active is not False for row in members),
        allows_email=_consent([row.allows_email for row in patients]),
        allows_whatsapp=_consent([row.allows_whatsapp for row in patients]),
    )


def subscriptions(clinic: "Clinic", user_id: str) -> list[Subscription]:
    """The active subscriptions of a user, by id; none if the profile has no such relation."""
    if not clinic.profile.has("push_subscriptions"):
        return []
    s = clinic.relation("push_subscriptions")
    query = select(s).where(s.c.user_id == user_id, s.c.active.is_not(False)).order_by(s.c.id)
    with clinic.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Subscription(id=str(row.id), endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth)
        for row in rows
    ]


def _rows(clinic: "Clinic", relation: str, user_id: str) -> "Sequence[Any]":
    r = clinic.relation(relation)
    with clinic.reading() as connection:
        return connection.execute(select(r).where(r.c.user_id == user_id).order_by(r.c.id)).all()


def _consent(recorded: list[bool | None]) -> bool | None:
    """Any refusal wins; one consent is one."""
    if False in recorded:
        return False
    return True if True in recorded else None
