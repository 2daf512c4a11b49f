"""What `fisioflow why` would tell at a time of one's choice."""

from datetime import datetime
from typing import Any

from fisioflow_cli.clock import Clock
from fisioflow_cli.commands import show_why
from fisioflow_cli.context.context import Context
from fisioflow_cli.context.why import open_explainer
from tests.cli import Done
from tests.commands.inside import run_inside
from tests.workflows.people import NOW
from tests.workflows.place import Place


def fisioflow(place: Place, *args: str, **env: str) -> Done:
    return run_inside("why", *args, env={**place.given, **env})


def explained(place: Place, whom: str, at: datetime = NOW, **env: str) -> show_why.Story:
    """What is known at this time."""
    context = Context(settings=place.settings(**env), clock=Clock(starting_at=at))
    with open_explainer(context) as explainer:
        if "/" in whom:
            return explainer.message(whom)
        return explainer.patient(whom, after=None, most=20)


def story(place: Place, whom: str, at: datetime = NOW, **env: str) -> dict[str, Any]:
    """What `--json` would print at this time."""
    return show_why.document(explained(place, whom, at, **env))
