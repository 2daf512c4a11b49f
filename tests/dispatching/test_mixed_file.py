"""A file of mixed events against providers that fail in 3 % of calls: every figure adds up."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.dispatching.deployment import Deployment, Dispatched
from tests.dispatching.mixture import Mixture, mix
from tests.dispatching.unruly import Unruly, unruly

SIZES = [600, pytest.param(20_000, marks=pytest.mark.long)]
HANG_SECONDS = 35.0
ROUNDS = 20


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A mixed file, dispatched until nothing waits any more."""

    mixture: Mixture
    deployment: Deployment
    providers: Unruly
    file: Path
    first: Dispatched
    rounds: int
    seconds: float


@pytest.fixture(params=SIZES)
def trial(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Trial]:
    size: int = request.param
    with unruly(0.03, hang_seconds=HANG_SECONDS if size > 1000 else 2.0) as providers:
        deployment = Deployment(url=database_url, home=tmp_path, providers=providers.url)
        mixture = mix(size, seed=size, people=deployment.build())
        file = tmp_path / "queue.jsonl"
        file.write_bytes(mixture.content)
        began = time.monotonic()
        first = deployment.run("dispatch", str(file))
        seconds, rounds = time.monotonic() - began, 1
        while deployment.events()["waiting"] and rounds < ROUNDS:
            time.sleep(5)
            deployment.run("dispatch")
            rounds += 1
        yield Trial(
            mixture=mixture,
            deployment=deployment,
            providers=providers,
            file=file,
            first=first,
            rounds=rounds,
            seconds=seconds,
        )


def test_every_figure_adds_up_and_doing_it_again_sends_nothing(trial: Trial) -> None:
    counts, events = trial.mixture.counts, trial.deployment.events()
    deliveries, providers = trial.deployment.deliveries(), trial.providers
    read = _lines(trial.first)
    print(dict(counts), read, dict(events), dict(deliveries), dict(providers.troubles))
    print(f"{trial.seconds:.1f} s, {trial.rounds} rounds, {providers.calls} calls")

    # lines
    assert read["lines"] == len(trial.mixture.lines)
    assert read["rejected"] == counts["bad"]
    assert read["duplicate"] == counts["duplicate"]
    assert read["ignored"] == counts["unknown"]
    assert read["accepted"] == counts["message"] + counts["refused"]
    assert trial.first.code in {3, 65}  # dead events weigh more than rejected lines
    # events
    assert events["waiting"] == events["running"] == 0
    assert events["ignored"] == counts["unknown"]
    assert events["completed"] + events["dead"] == counts["message"] + counts["refused"]
    # messages
    messages = len(trial.mixture.emails) + len(trial.mixture.whatsapps)
    assert messages == counts["message"]
    assert sum(deliveries.values()) == messages
    assert deliveries["pending"] == deliveries["sending"] == 0
    assert events["completed"] == deliveries["sent"] + deliveries["skipped"]
    assert events["dead"] == counts["refused"] + deliveries["failed"] + deliveries["in_doubt"]
    # what really arrived
    assert providers.conflicts == 0
    assert set(providers.mails) <= trial.mixture.emails
    assert set(providers.whatsapps) <= trial.mixture.whatsapps
    assert max(providers.whatsapps.values()) == 1
    sent = len(providers.mails) + len(providers.whatsapps)
    assert deliveries["sent"] <= sent <= deliveries["sent"] + deliveries["in_doubt"]

    calls = providers.calls
    again = trial.deployment.run("dispatch", str(trial.file))
    assert again.lines == []
    copy = trial.file.with_name("copy.jsonl")
    copy.write_bytes(trial.mixture.content)
    copied = _lines(trial.deployment.run("dispatch", str(copy)))
    assert copied["accepted"] == copied["ignored"] == 0
    assert copied["duplicate"] == len(trial.mixture.lines) - counts["bad"]
    assert providers.calls == calls


def _lines(done: Dispatched) -> dict[str, int]:
    """The figures of the summary on stderr."""
    found = re.search(r"^lines (\d+): (.*)$", done.stderr, re.MULTILINE)
    assert found, done.stderr
    figures = {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", found[2])}
    return (
        dict.fromkeys(("accepted", "ignored", "duplicate", "rejected"), 0)
        | figures
        | {"lines": int(found[1])}
    )
