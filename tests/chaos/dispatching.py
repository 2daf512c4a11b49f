"""Killing a dispatch at its moments in turn, and what must hold of the events afterwards.

Reader, workers and group commit are threads of their own, so the moments of two dispatches are not
quite the same. What must come of a death is therefore read from what it left in the ledger.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos import evidence
from tests.chaos.conftest import SetUp
from tests.chaos.evidence import Evidence
from tests.chaos.mailbag import SETTINGS, Mailbag, Way, rejected
from tests.chaos.stage import Ended, Stage

DONE, PARTIAL, REJECTED = 0, 3, 65
HISTORY = {"notification_history": [{"id": "", "user_id": "", "status": ""}]}


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """A stage on which dispatchers have died, or not."""

    stage: Stage
    way: Way
    doubtful: frozenset[str] = frozenset()
    """The events whose message had been claimed and has no key to ask for it again."""

    def finish(self) -> None:
        """One more dispatch does what is left and nothing else; a third changes nothing at all."""
        before = evidence.of_ledger(self.stage.place)
        ended = self.way.dispatch(self.stage)
        found = evidence.of_ledger(self.stage.place)
        news = self.doubtful - {row["id"] for row in before.events if row["status"] == "dead"}
        assert ended.code in ({PARTIAL} if news else {DONE, REJECTED}), ended.stderr
        assert before.settled <= found.settled, "what was recorded was done again"
        self.check()
        self.check_nothing_more()

    def check(self) -> None:
        """Every event came to its end, every message to its person as often as is promised."""
        self.stage.providers.wait_until_idle()
        found = evidence.of_ledger(self.stage.place)
        self._check_events(found)
        self._check_messages(found)
        self._check_arrivals(found)
        self._check_history()
        self._check_source(found)

    def check_nothing_more(self) -> None:
        """Another dispatch makes no request and changes no row."""
        found, requests = evidence.of_ledger(self.stage.place), self.stage.providers.requests.copy()
        ended = self.way.dispatch(self.stage)
        assert ended.code == (REJECTED if self.way.source == "-" else DONE), ended.stderr
        assert evidence.of_ledger(self.stage.place) == found
        assert self.stage.providers.requests == requests

    @property
    def _bag(self) -> Mailbag:
        return self.way.mailbag

    def _check_events(self, found: Evidence) -> None:
        """None is lost and none is there twice; dead are those whose message is in doubt."""
        named = [row["id"] for row in found.events if not row["id"].startswith("file:")]
        assert sorted(named) == sorted([*self._bag.messages, *self._bag.others])
        assert len(found.events) == len(named) + len(self._bag.nameless)
        unfinished = {row["id"] for row in found.events if row["status"] not in evidence.DONE}
        assert unfinished == self.doubtful
        assert {row["status"] for row in found.events} <= {*evidence.DONE, "dead"}

    def _check_messages(self, found: Evidence) -> None:
        """The ledger says of each message what is true."""
        states = {found.event_of(row): (row["state"], row["reason"]) for row in found.deliveries}
        assert len(states) == len(found.deliveries) == self._bag.recipients.total()
        doubts = {event for event, state in states.items() if state == ("in_doubt", "interrupted")}
        assert doubts == self.doubtful
        assert {state for event, state in states.items() if event not in doubts} == {("sent", None)}

    def _check_arrivals(self, found: Evidence) -> None:
        """Who got what, counted by the providers."""
        expected, received = self._bag.recipients, self.stage.received()
        uncertain = Counter(self._bag.messages[event] for event in self.doubtful)
        assert received <= expected
        assert expected - received <= uncertain
        for row in found.deliveries:
            if row["channel"] != "email":
                requests = self.stage.providers.requests[evidence.reference(row)]
                assert requests <= 1 if row["state"] == "in_doubt" else requests == 1

    def _check_history(self) -> None:
        """The clinic was told of its notification once, and nothing wrong."""
        rows = evidence.of_clinic(self.stage.place, HISTORY)["notification_history"]
        told = [row["status"] for row in rows if row["user_id"] == "u-sara"]
        expected = ["failed" if "p1" in self.doubtful else "sent"]
        assert told == (expected if "p1" in self._bag.messages else [])

    def _check_source(self, found: Evidence) -> None:
        """A file was read to its end, and a line that cannot be accepted is kept for a person."""
        if self.way.is_file:
            assert [row["position"] for row in found.sources] == [len(self._bag.content)]
        assert set(rejected(self.stage)) == set(self._bag.rejects if self.way.source else ())


def doubtful(remains: Evidence) -> frozenset[str]:
    """The events with a message that was on its way when somebody died, and has no key."""
    flying = [row for row in remains.deliveries if row["state"] in {"sending", "in_doubt"}]
    return frozenset(remains.event_of(row) for row in flying if row["channel"] != "email")


def undisturbed(set_up: SetUp, way: Way) -> Ended:
    """A dispatch that nobody kills; all is as it must be."""
    with set_up(**SETTINGS) as stage:
        way.prepare(stage)
        ended = way.dispatch(stage)
        assert ended.code == (REJECTED if way.source else DONE), ended.stderr
        aftermath = Aftermath(stage=stage, way=way)
        aftermath.check()
        aftermath.check_nothing_more()
    return ended


def kill_at_each(
    set_up: SetUp,
    way: Way,
    kill: Callable[[Stage, int], Aftermath],
    *,
    every: int = 1,
) -> set[str]:
    """Let `kill` end a dispatch at each moment, or every so many; one more must then finish.

    The events that were in doubt after one death or another.
    """
    moments = undisturbed(set_up, way).moments
    doubted: set[str] = set()
    for number in chosen(len(moments), every):
        with set_up(**SETTINGS) as stage:
            way.prepare(stage)
            try:
                aftermath = kill(stage, number)
                aftermath.finish()
            except AssertionError as error:
                error.add_note(f"killed at moment {number}, about {moments[number].name}")
                raise
            doubted |= aftermath.doubtful
    return doubted


def chosen(count: int, every: int) -> list[int]:
    """Of so many moments the first two, around the commit of what was read, and every so many."""
    return sorted({*range(2), *range(every // 2, count, every)})
