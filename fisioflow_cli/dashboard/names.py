"""Short names of the workflows, as their commands or events have them."""

from types import MappingProxyType
from typing import TYPE_CHECKING

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
    """What a workflow is called by people; an id that this release does not know stays as it is."""
    return WORKFLOW_NAMES.get(workflow, workflow)
