"""A day in figures, as an application has counted it."""

from fisioflow_cli.messages.daily_figures import daily_figures
from tests.messages.conftest import Compare
from tests.messages.samples import CLINIC, COUNTS, MONDAY

REPORT = daily_figures(recipient="Paula Ferreira", clinic=CLINIC, day=MONDAY, figures=COUNTS)


def test_it_looks_as_approved(snapshot: Compare) -> None:
    snapshot("daily_figures", REPORT)


def test_every_figure_stands_in_every_form() -> None:
    for label, value in COUNTS:
        for said in (REPORT.html, REPORT.text, REPORT.short):
            assert label in said
            assert value in said


def test_the_template_gets_reader_day_and_clinic() -> None:
    assert REPORT.parameters == ("Paula Ferreira", "23/11/2026", CLINIC)
