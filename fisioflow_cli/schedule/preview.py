"""The GitHub Actions workflow that previews a pull request."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fisioflow_cli.schedule.template import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fisioflow_cli.engine.workflow import Workflow

TIMEOUT_MINUTES = 30


def preview(workflows: "Sequence[Workflow[Any]]", *, clinic: ZoneInfo) -> str:
    """The file to commit as `.github/workflows/preview.yml`.

    It runs a stranger's code, so it is started by `pull_request`, which gives forks no secret, and
    nothing that a pull request names (a branch, a title) becomes a part of a script.
    """
    return fill("preview.yml.j2", clinic=clinic.key, entries=workflows, timeout=TIMEOUT_MINUTES)
