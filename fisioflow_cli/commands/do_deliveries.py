"""Resolving what is in doubt, one message or many: which, whether it is confirmed, what came of it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from fisioflow_cli import console
from fisioflow_cli.commands import show_deliveries, show_runs
from fisioflow_cli.commands.confirm import code_of, confirm, to_each
from fisioflow_cli.console import plain
from fisioflow_cli.context.delivery_history import (
    WantedDeliveries,
    open_delivery_history,
)
from fisioflow_cli.context.run_care import is_of_event
from fisioflow_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fisioflow_cli.commands.confirm import Tally
    from fisioflow_cli.context.delivery_history import DeliveryHistory
    from fisioflow_cli.ledger.deliveries import DeliveryRow
    from fisioflow_cli.ledger.runs import RunRow

ALL_IN_DOUBT = WantedDeliveries(state="in_doubt")


@dataclass(frozen=True, kw_only=True)
class Resolving:
    """`deliveries resolve` as it was typed."""

    resend: bool
    allow_late: bool
    dry_run: bool
    yes: bool
    as_json: bool

    def one(self, key: str | None, wanted: WantedDeliveries, provider_id: str | None) -> None:
        """The message of this key."""
        if key is None or wanted != ALL_IN_DOUBT:
            raise UsageError("Name one message by its key, or say --all.")
        if self.resend and provider_id is not None:
            raise UsageError("--provider-id names a message that did leave; it goes with --sent.")
        with open_delivery_history() as history:
            row = history.find(key)
            if self.dry_run:
                self._check(history, row)
                show_deliveries.DOUBTS.show_all([row], as_json=self.as_json)
            elif self.resend:
                self.tell_resent(row, history.resend(row, allow_late=self.allow_late))
            else:
                self._tell(history.believe(row, provider_id))

    def all(self, key: str | None, wanted: WantedDeliveries, provider_id: str | None) -> ExitCode:
        """All that are meant; only as sent, since each that is sent again deserves a look. The exit code."""
        if key is not None or provider_id is not None:
            raise UsageError("--all takes no key and no --provider-id.")
        if self.resend:
            raise UsageError(
                "--resend takes one key at a time: look each up at its provider first."
            )
        with open_delivery_history() as history:
            rows = list(history.in_doubt(wanted))
            if self.dry_run:
                show_deliveries.DOUBTS.show_all(rows, as_json=self.as_json)
                return ExitCode.DONE
            if rows:
                confirm(len(rows), "messages are to be taken for sent", yes=self.yes)
            tally = to_each(rows, lambda row: row.message_key, history.believe)
            self._tell_all(tally)
            return code_of(tally.codes)

    def _check(self, history: "DeliveryHistory", row: "DeliveryRow") -> None:
        if self.resend:
            history.check_resend(row, allow_late=self.allow_late)
        else:
            history.check_believe(row)

    def _tell(self, row: "DeliveryRow") -> None:
        if self.as_json:
            typer.echo(json.dumps(show_deliveries.document(row)))
        else:
            console.out().print(f"{plain(row.message_key)} is taken for sent.")

    def tell_resent(self, row: "DeliveryRow", run: "RunRow") -> None:
        """What sends it now."""
        if self.as_json:
            document = {"key": row.message_key, "run": show_runs.run_document(run)}
            typer.echo(json.dumps(document))
            return
        when = f"`fisioflow runs retry {run.id}{' --allow-late' if self.allow_late else ''}`"
        if is_of_event(run):
            when = "the next dispatch"
        elif (
            not self.allow_late and run.scope == "all"
        ):  # one organization's is nobody's next start
            when = f"its workflow's next start, or {when} at once,"
        console.out().print(
            f"{plain(row.message_key)} is pending: {when} sends it.", soft_wrap=True
        )

    def _tell_all(self, tally: "Tally[DeliveryRow]") -> None:
        if self.as_json:
            found = [show_deliveries.document(row) for row in tally.done]
            typer.echo(json.dumps({"deliveries": found, "left": tally.left}))
            return
        for row in tally.done:
            console.out().print(f"{plain(row.message_key)} is taken for sent.")
        tally.tell()
