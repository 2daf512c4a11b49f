"""Short names of the workflows: a command's, or an id without what all ids begin with."""

from types import MappingProxyType
from typing import TYPE_CHECKING

from fisioflow_cli.console import shortened
from fisioflow_cli.errors import UsageError
from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "fisioflow-"

WORKFLOW_NAMES: "Mapping[str, str]" = MappingProxyType(
    {
        **{workflow.id: workflow.command for workflow in WORKFLOWS},
        **{workflow.id: workflow.id.removeprefix(PREFIX) for workflow in EVENT_WORKFLOWS},
    }
)
"""By their ids, in the registry's order."""


def workflow_name(workflow: str) -> str:
    """What people call the workflow of this id, also one that this release does not know."""
    return WORKFLOW_NAMES.get(workflow) or workflow.removeprefix(PREFIX)


def workflow_id(name: str | None) -> str | None:
    """The id of the workflow with this command, short name, id or event; UsageError if there is none."""
    if name is None:
        return None
    started_by = {event: workflow.id for workflow in EVENT_WORKFLOWS for event in workflow.events}
    called = (one for one, short in WORKFLOW_NAMES.items() if name in {one, short})
    found = next(called, started_by.get(name))
    if found is None:
        commands = ", ".join(workflow.command for workflow in WORKFLOWS)
        raise UsageError(
            f"There is no workflow {shortened(name)}; write one of {commands}, or an event that "
            "docs/events.md names, such as email/send."
        )
    return found
