"""The demo: three clinics full of invented people, always the same, to try everything on."""

from datetime import date

MONDAY = date(2026, 3, 2)
"""The demo's today: a Monday, so that every scheduled workflow has something to do."""
APART = (
    f"This is the demo clinic: its today is {MONDAY:%Y-%m-%d}, and only `fisioflow demo` starts it."
)
"""Why its schedule stands as it does by the calendar of everybody else."""
