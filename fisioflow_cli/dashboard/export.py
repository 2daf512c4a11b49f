"""The export: one page without scripts or requests, for an artifact or a mail; nothing personal in it."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from fisioflow_cli.dashboard.assets import asset
from fisioflow_cli.dashboard.drawing import waterfall
from fisioflow_cli.dashboard.opening import facts_of, open_ledger
from fisioflow_cli.dashboard.render import Renderer
from fisioflow_cli.dashboard.views import calendar, overview
from fisioflow_cli.errors import FisioFlowError
from fisioflow_cli.ledger import deliveries, pages, runs, steps
from fisioflow_cli.ledger.delivery_filter import DeliveryFilter
from fisioflow_cli.ledger.run_filter import RunFilter
from fisioflow_cli.ledger.tables import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fisioflow_cli.dashboard.facts import Facts
    from fisioflow_cli.ledger.runs import RunRow
    from fisioflow_cli.settings import Settings

MOST_RUNS = 20
MOST_DOUBTS = 50
MOST_STEPS = 40
STDOUT = "-"


def export_to(settings: "Settings", target: str) -> None:
    """Write the page into the file `target`, or to stdout; FisioFlowError if that cannot be done."""
    with open_ledger(settings) as ledger, ledger.at_one_look() as same:
        page = export(facts_of(settings, same))
    if target == STDOUT:
        sys.stdout.write(page)
        return
    try:
        _write(Path(target), page)
    except OSError as error:
        raise FisioFlowError(
            f"The page could not be written ({error.strerror}); name another file with --export."
        ) from None


def export(facts: "Facts") -> str:
    """The page."""
    wanted = DeliveryFilter(state=DeliveryState.IN_DOUBT)
    seen = overview.shown(facts)
    return Renderer(facts, exporting=True).render(
        "export.html.j2",
        **seen,
        **calendar.shown(facts),
        style=Markup(asset("style.css").content.decode()),  # noqa: S704  # our own file
        now=facts.now(),
        runs=[
            (
                run,
                waterfall.draw(steps.of_run(facts.ledger, run.id, most=MOST_STEPS)),
                deliveries.tally(facts.ledger, run.id),
            )
            for run in _runs(facts, seen)
        ],
        in_doubt=pages.page(facts.ledger, wanted, most=MOST_DOUBTS).rows,
    )


def _runs(facts: "Facts", seen: "Mapping[str, Any]") -> "list[RunRow]":
    """The last run of every scheduled workflow, then the newest of all: a busy day's events hide none."""
    ids = [standing.latest.id for standing in seen["scheduled"] if standing.latest]
    last = [run for each in ids if (run := runs.get(facts.ledger, each)) is not None]
    newest = pages.page(facts.ledger, RunFilter(), most=MOST_RUNS).rows
    return [*last, *(run for run in newest if run.id not in ids)]


def _write(path: Path, text: str) -> None:
    """Replace `path` as a whole: nobody ever reads half a page."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
