"""The demo: three clinics full of invented people, always the same, to try everything on."""

from datetime import date

MONDAY = date(2026, 3, 2)
"""The demo's today: a Monday, so that every scheduled workflow has something to do."""
