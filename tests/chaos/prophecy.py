"""What DESIGN's table says must be left of a run that was killed at a given moment."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from tests.chaos.moments import Moment

DOUBT = "in_doubt interrupted"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One provider call in the life of a run that nobody kills."""

    index: int
    """Of the moment before it; the claim was committed one moment earlier."""
    channel: str
    reference: str

    @property
    def record(self) -> int:
        """The moment before the commit of what came of it: call, answer, then this."""
        return self.index + 2

    def is_open(self, death: int) -> bool:
        """Whether death found it claimed and not recorded."""
        return self.index - 1 <= death <= self.record


@dataclass(frozen=True, kw_only=True)
class Prophecy:
    """Foretold from the moments of an undisturbed run, all of them deadly."""

    moments: list[Moment]

    @cached_property
    def calls(self) -> list[Call]:
        """The calls, in order, each between the commit of its claim and that of its record."""
        found = []
        for index, moment in enumerate(self.moments):
            if moment.kind == "before call":
                around = [near.kind for near in self.moments[index - 1 : index + 4]]
                assert around == [
                    *("after commit", "before call", "after call", "before commit", "after commit")
                ]
                channel, reference = moment.what.split()
                found.append(Call(index=index, channel=channel, reference=reference))
        return found

    def in_doubt(self, death: int) -> str | None:
        """The reference of the message that is in doubt after death at this moment."""
        for call in self.calls:
            if call.channel == "whatsapp" and call.is_open(death):
                return call.reference
        return None

    def requests(self, death: int) -> Counter[str]:
        """How many requests have reached the providers when all is settled, by reference."""
        doubt = self.in_doubt(death)
        counted: Counter[str] = Counter()
        for call in self.calls:
            before = death > call.index
            again = death <= self._forgotten(call) and call.reference != doubt
            counted[call.reference] += before + again
        return +counted

    def _forgotten(self, call: Call) -> int:
        """The last moment at which death has a later start make this call once more.

        A refused address is asked again until its message is claimed for another channel.
        """
        others = (other for other in self.calls if other.reference == call.reference)
        later = next((other for other in others if other.index > call.index), None)
        return call.record if later is None else later.index - 2

    def attempts(self, death: int) -> int:
        """How many attempts there were: death before the lease, or behind the end, costs none."""
        ended = len(self.moments) - 1
        return 2 if self.leased <= death < ended else 1

    @cached_property
    def leased(self) -> int:
        """The moment after the commit that took the lease: the first one that changes a run."""
        return next(
            number
            for number, moment in enumerate(self.moments)
            if moment.kind == "after commit" and re.match(r"UPDATE \S*runs", moment.what)
        )
