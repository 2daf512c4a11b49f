"""What the reports share: one e-mail to each member of staff who is to get it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fisioflow_cli.clinic import organizations as directory
from fisioflow_cli.clinic.contact import usable_email
from fisioflow_cli.delivery.decision import (
    Channel,
    Decision,
    Intent,
    Option,
    Pause,
    Reason,
    Send,
    Skip,
    Wait,
)
from fisioflow_cli.engine.run import Seen

if TYPE_CHECKING:
    from fisioflow_cli.clinic.organizations import Organization, StaffMember
    from fisioflow_cli.engine.run import Run
    from fisioflow_cli.messages.rendered import Rendered
    from fisioflow_cli.workflows.services import Services

Draft = Callable[["StaffMember"], "Rendered | None"]
"""The report for one reader; None if there is nothing to report."""


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """One report of one organization, on its way to its readers."""

    run: "Run"
    services: "Services"
    organization: "Organization"
    key: str
    """The message key up to the reader: `daily-report/{organization}`."""
    occasion: str
    """The message key behind the reader: the date, week or slot."""
    draft: Draft
    roles: tuple[str, ...] | None = None
    """Who reads it; None: whoever receives reports."""

    def deliver(self) -> Seen:
        """Write to each reader; what became of all of them."""
        readers = directory.staff_ids(self.services.clinic, self.organization.id, roles=self.roles)
        return Seen.together([self._deliver(staff_id) for staff_id in readers])

    def _deliver(self, staff_id: str) -> Seen:
        intent = Intent(
            key=f"{self.key}/{staff_id}/{self.occasion}",
            organization_id=self.organization.id,
            recipient_id=staff_id,
            decide=lambda: self._decide(staff_id),
        )
        return self.services.courier.deliver(self.run, intent)

    def _decide(self, staff_id: str) -> Decision:
        reader = directory.staff_member(self.services.clinic, staff_id)
        if not self.organization.active:
            return Skip(reason=Reason.ORGANIZATION_INACTIVE)
        if (
            self.organization.today(self.services.clock.now()) < self.run.slot.day
            and not self.run.dry
        ):
            return Wait(why=Pause.DAY_NOT_BEGUN)
        barred = self._barred(reader)
        if barred or reader is None:
            return Skip(reason=barred or Reason.INACTIVE)
        rendered = self.draft(reader)
        if rendered is None:
            return Skip(reason=Reason.NOTHING_TO_REPORT)
        option = Option(channel=Channel.EMAIL, address=usable_email(reader.email) or "")
        return Send(
            options=(option,),
            render=lambda channel: self.services.content(
                rendered, channel, self.key.partition("/")[0]
            ),
        )

    def _barred(self, reader: "StaffMember | None") -> Reason | None:
        if reader is None or not reader.active:
            return Reason.INACTIVE
        if not self.organization.email_enabled:
            return Reason.CHANNEL_DISABLED
        if self.roles is None and not reader.receives_reports:
            return Reason.OPTED_OUT
        if not (reader.email or "").strip():
            return Reason.NO_CONTACT
        return None if usable_email(reader.email) else Reason.INVALID_CONTACT
