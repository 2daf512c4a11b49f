"""The workflows that events start, beside those that a schedule starts."""

from collections import Counter

from fisioflow_cli.workflows.registry import EVENT_WORKFLOWS, WORKFLOWS


def test_no_workflow_has_the_id_of_another() -> None:
    """A scheduled one would take an event's unfinished run for one of its own slots."""
    ids = Counter(one.id for one in (*WORKFLOWS, *EVENT_WORKFLOWS))
    assert max(ids.values()) == 1


def test_no_event_starts_two_workflows() -> None:
    names = Counter(name for one in EVENT_WORKFLOWS for name in one.events)
    assert max(names.values()) == 1
