"""Filling in what lies further back, by hand: one workflow, from one slot to another."""

from typing import TYPE_CHECKING

from fisioflow_cli.engine.backfill import Backfill, span
from fisioflow_cli.engine.signals import heeded
from fisioflow_cli.engine.start import Starter, timetable

if TYPE_CHECKING:
    from collections.abc import Callable

    from fisioflow_cli.context.context import Context
    from fisioflow_cli.engine.report import Report
    from fisioflow_cli.engine.start import Request
    from fisioflow_cli.engine.workflow import Workflow
    from fisioflow_cli.workflows.services import Services


def backfill(
    context: "Context",
    workflow: "Workflow[Services]",
    request: "Request",
    bounds: tuple[str, str | None],
    told: "Callable[[Report], None]",
) -> "list[Report]":
    """Do the slots of a span that are not done, oldest first; one report for each slot of it.

    No monitor is told: whoever fills in looks on. Raises UsageError before anything is done.
    """
    first, last = span(timetable(workflow, context.clock, context.zone), *bounds)
    with context.databases() as databases, context.channels(workflow.needs) as channels:
        remembers = context.require(databases, request)
        performer = context.performer(
            databases, channels, workflow, request.organization, remembers=remembers
        )
        starter = Starter(
            workflow=workflow, request=request, performer=performer, zone=context.zone
        )
        with heeded(performer.control):
            return Backfill(starter=starter, told=told).fill(first, last)
