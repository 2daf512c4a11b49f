"""Killing a command at its moments in turn, each time on a stage of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from tests.chaos import evidence
from tests.chaos.conftest import SetUp
from tests.chaos.evidence import Evidence
from tests.chaos.prophecy import Prophecy
from tests.chaos.stage import Ended, Stage

SIX = 6
"""The moments of one message: around the commit of its claim, its call and that of its record."""


@dataclass(frozen=True)
class Undisturbed:
    """A start that nobody killed, and what it left."""

    command: str
    ended: Ended
    evidence: Evidence

    @cached_property
    def deadly(self) -> list[int]:
        """The numbers of the moments to be killed at."""
        return [number for number, moment in enumerate(self.ended.moments) if moment.deadly]

    @cached_property
    def prophecy(self) -> Prophecy:
        """What must be left by those that are killed."""
        return Prophecy(moments=[self.ended.moments[number] for number in self.deadly])


@dataclass(frozen=True, kw_only=True)
class Death:
    """A start that was killed at a moment, and the stage it left behind."""

    stage: Stage
    undisturbed: Undisturbed
    index: int
    """Of the moment among the deadly ones."""
    remains: Evidence

    def again(self) -> Ended:
        """Start the same command once more."""
        return self.stage.run(self.undisturbed.command)

    @property
    def last(self) -> bool:
        """Whether it had come to its end already."""
        return self.index == len(self.undisturbed.deadly) - 1


def kill_at_each(
    set_up: SetUp,
    command: str,
    check: Callable[[Death], None],
    *,
    every: int = 1,
    elsewhere: bool = False,
    before: Callable[[Stage], None] = lambda _: None,
) -> Undisturbed:
    """Have `check` look at each death; what they were measured against.

    With `every` 6 only at a sixth of them: of the six moments of a message, another one each time.
    `before` prepares each stage.
    """
    with set_up(elsewhere=elsewhere) as stage:
        before(stage)
        ended = stage.run(command)
        undisturbed = Undisturbed(command, ended, evidence.of_ledger(stage.place))
    assert ended.code == 0, ended.stderr
    for index, number in enumerate(undisturbed.deadly):
        if index % every == index // SIX % every:
            with set_up(elsewhere=elsewhere) as stage:
                before(stage)
                try:
                    check(_kill(stage, undisturbed, index, number))
                except AssertionError as error:
                    error.add_note(f"{command} killed at {ended.moments[number].name} ({index})")
                    raise
    return undisturbed


def _kill(stage: Stage, undisturbed: Undisturbed, index: int, number: int) -> Death:
    killed = stage.run(undisturbed.command, at=number)
    assert killed.was_killed, killed.stderr
    assert killed.moments == undisturbed.ended.moments[: number + 1]
    remains = evidence.of_ledger(stage.place)
    return Death(stage=stage, undisturbed=undisturbed, index=index, remains=remains)
