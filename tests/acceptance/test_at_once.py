"""Two starts at the same moment: one works, the other says so."""

from tests.acceptance.clinics import Clinic
from tests.acceptance.contacts import addressees
from tests.acceptance.deployment import ended


def test_one_works_and_nobody_is_greeted_twice(fresh: Clinic) -> None:
    fresh.providers.pause = 0.01  # or the first may be done before the second has begun
    options = fresh.options("birthdays")
    started = [fresh.deployment.begin(*options) for _ in range(2)]
    ends = [ended(process) for process in started]
    expected = addressees(fresh.truth.ask("birthdays"))
    assert [end.code for end in ends] == [0, 0]
    stands = [(end.document["status"], end.document["reused"]) for end in ends]
    assert stands.count(("completed", False)) == 1
    assert set(stands) <= {("completed", False), ("already_running", False), ("completed", True)}
    assert fresh.providers.addressees == expected
    assert fresh.providers.calls == len(expected) > 10
