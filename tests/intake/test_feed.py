"""Lines become events once; whatever cannot becomes a reject; the figures always add up."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fisioflow_cli.errors import ConfigurationError, UsageError
from fisioflow_cli.intake.feed import Counts
from fisioflow_cli.intake.lines import MOST
from fisioflow_cli.intake.rejects import Rejects
from fisioflow_cli.intake.source import open_source
from fisioflow_cli.intake.stdin import Stream
from fisioflow_cli.ledger import events
from fisioflow_cli.ledger.events import Verdict
from tests.intake.desk import Desk, event, line

UNKNOWN = json.dumps({"name": "nobody/handles.this", "data": {}, "id": "u"}) + "\n"
BAD: dict[str, bytes] = {
    "not JSON": b"{",
    "words": b"hello",
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "NUL bytes": b"\x00" * 90,
    "an array": b"[]",
    "a number": b"1",
    "null": b"null",
    "an unknown shape": b'{"hello": "world"}',
    "a payload that does not fit": b'{"name": "email/send", "data": {}}',
    "data that is none": b'{"name": "email/send", "data": 7}',
    "not a number": b'{"name": "x/y", "data": {"n": NaN}}',
    "infinity": b'{"name": "x/y", "data": {"n": 1e999}}',
    "a number of 5000 digits": b'{"name": "x/y", "data": {"n": ' + b"9" * 5000 + b"}}",
    "too deep": b"[" * 200_000,
    "two documents": b"{} {}",
    "too long": b'"' + b"x" * MOST,
}


def _added_up(counts: Counts) -> bool:
    parts = (counts.accepted, counts.ignored, counts.duplicate, counts.rejected)
    return counts.lines == sum(parts)


def test_line_becomes_an_event(desk: Desk) -> None:
    assert desk.pipe(line(1, id="one", ts=1795000000000, user={"id": "u"}, v="2")) == Counts(
        lines=1, accepted=1
    )
    found = events.get(desk.ledger, "one")
    assert found is not None
    assert (found.name, found.data, found.source) == ("email/send", event(1)["data"], "stdin")
    assert (found.user, found.v, found.ts.isoformat()) == (
        {"id": "u"},
        "2",
        "2026-11-18T11:06:40+00:00",
    )


def test_second_time_is_a_duplicate(desk: Desk) -> None:
    desk.pipe(line(1, id="one"))
    assert desk.pipe(line(1, id="one") * 2) == Counts(lines=2, duplicate=2)
    assert desk.subjects() == ["1"]


def test_known_id_with_other_content_is_rejected(desk: Desk) -> None:
    desk.pipe(line(1, id="one"))
    assert desk.pipe(line(2, id="one")) == Counts(lines=1, rejected=1)
    (reject,) = desk.rejected()
    assert reject["reason"].startswith("id_conflict")
    assert json.loads(reject["raw"]) == event(2, id="one")
    assert desk.subjects() == ["1"]


def test_conflict_within_one_batch_is_found_too(desk: Desk) -> None:
    counts = desk.pipe(line(1, id="one") + line(2, id="one") + line(1, id="one"))
    assert counts == Counts(lines=3, accepted=1, duplicate=1, rejected=1)


def test_event_that_nobody_handles_is_kept_as_ignored(desk: Desk) -> None:
    assert desk.pipe(UNKNOWN) == Counts(lines=1, ignored=1)
    found = events.get(desk.ledger, "u")
    assert found is not None
    assert found.status == "ignored"
    assert desk.rejected() == []


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_bad_line_is_rejected_and_the_others_go_on(desk: Desk, bad: bytes) -> None:
    text = line(1, id="1").encode() + bad + b"\r\n" + line(2, id="2").encode()
    desk.append(text)
    assert desk.feed() == Counts(lines=3, accepted=2, rejected=1)
    (reject,) = desk.rejected()
    assert (reject["line"], reject["offset"]) == (2, len(line(1, id="1").encode()))
    assert reject["source"] == str(desk.queue)
    assert reject["reason"].endswith(".")
    assert desk.subjects() == ["1", "2"]


def test_reasons_repeat_nothing_of_the_line(desk: Desk) -> None:
    secret = "ana.souza"
    lines = [
        f'{{"name": "email/send", "data": {{"to": "{secret}", "subject": 7}}}}',
        f'{{"name": "{secret}',
        f'{{"{secret}": 1}}',
        f'{{"name": "email/send", "data": {{}}, "id": "{secret}", "ts": "{secret}"}}',
    ]
    assert desk.pipe("\n".join(lines)).rejected == 4
    assert secret not in " ".join(desk.reasons())


def test_line_that_is_too_long_is_cut_in_the_rejects(desk: Desk) -> None:
    desk.pipe(b"x" * (3 * MOST) + b"\n" + line(1, id="1").encode())
    (reject,) = desk.rejected()
    assert reject["reason"] == "The line is longer than 512 KiB."
    assert reject["bytes"] == 3 * MOST
    assert len(reject["raw"]) < 5000
    assert len(reject["sha256"]) == 64
    assert desk.subjects() == ["1"]


def test_blank_lines_carriage_returns_and_byte_order_marks_are_fine(desk: Desk) -> None:
    text = "\ufeff" + line(1, id="1").replace("\n", "\r\n") + "\r\n\n  \n" + line(2, id="2") + "\n"
    assert desk.pipe(text) == Counts(lines=2, accepted=2)
    desk.append(text)
    assert desk.feed() == Counts(lines=2, duplicate=2)


def test_hostile_text_arrives_as_it_was(desk: Desk) -> None:
    subject = "'; DROP TABLE--\u202e[bold]\x1b[31m::error::\u0085 =1+1 🩺\u2028ção"
    desk.pipe(line(subject, id="h"))
    assert desk.subjects() == [subject]


@pytest.mark.parametrize("poison", ["\x00", "\ud800"])
@pytest.mark.parametrize("place", ["id", "name", "v", "data", "user", "ack"])
def test_text_that_a_database_cannot_hold_harms_no_other_line(
    desk: Desk, poison: str, place: str
) -> None:
    """Python's JSON reads a lone surrogate and a NUL; neither UTF-8 nor PostgreSQL's text can."""
    odd = {"data": {"x": poison}, "user": {"x": poison}}.get(place, f"x/{poison}")
    bad = json.dumps({**event(), "name": "x/y", "id": "odd", place: odd})
    counts = desk.pipe(line(1, id="1") + bad + "\n" + line(2, id="2"))
    assert (counts.accepted, counts.rejected + counts.ignored) == (2, 1)
    assert _added_up(counts)


def test_line_of_a_stream_without_id_gets_a_new_one_each_time_and_one_note(desk: Desk) -> None:
    feeder_counts = [desk.pipe(line(1) * 3) for _ in range(2)]
    assert feeder_counts == [Counts(lines=3, accepted=3)] * 2
    assert len(desk.heard.notes) == 2  # one per command
    assert "--id-from" in desk.heard.notes[0]


def test_note_is_spared_where_every_line_has_an_id(desk: Desk) -> None:
    desk.pipe(line(1, id="1") + "{}\n" + "no\n")
    desk.pipe(line(1), id_from="data.subject")
    desk.append(line(2))
    desk.feed()
    assert desk.heard.notes == []


def test_id_from_takes_the_id_from_the_payload(desk: Desk) -> None:
    text = line(1) + line(2, id="own") + line(1) + '{"name": "x/y", "data": {"subject": []}}\n'
    counts = desk.pipe(text, id_from="data.subject")
    assert counts == Counts(lines=4, accepted=2, duplicate=1, rejected=1)
    assert {row["id"] for row in desk.bench.rows("events")} == {"n. 1", "own"}
    assert desk.reasons() == Counter({"Nothing that can be an id stands at data.subject.": 1})


def test_rejects_are_fed_again_after_mending(desk: Desk) -> None:
    desk.append('{"name": "email/send", "data": {}, "id": "1"}\n', b"\xff\n", "{oops\n")
    assert desk.feed() == Counts(lines=3, rejected=3)
    mended = [
        {**reject, "raw": raw}
        for reject, raw in zip(
            desk.rejected(), (json.dumps(event(1, id="1")), None, event(3, id="3")), strict=True
        )
    ]
    del mended[1]["raw"]
    away = desk.folder / "mended.jsonl"
    desk.rejects.path.unlink()
    away.write_text("".join(f"{json.dumps(each)}\n" for each in mended))
    assert desk.feed(away) == Counts(lines=3, accepted=2, rejected=1)
    assert desk.subjects() == ["1", "3"]
    (still,) = desk.rejected()
    assert (still["source"], still["line"], still["raw_base64"]) == (str(away), 2, "/w==")
    assert "not UTF-8" in still["reason"]


def test_reject_that_conflicts_when_fed_again_is_not_wrapped_twice(desk: Desk) -> None:
    desk.pipe(line(1, id="one"))
    desk.pipe(line(2, id="one"))
    before = desk.rejected()
    desk.rejects.path.unlink()
    desk.pipe(json.dumps(before[0]))
    assert desk.rejected() == before


def test_rejects_file_is_not_fed_to_itself(desk: Desk) -> None:
    desk.pipe("{\n")
    with pytest.raises(UsageError, match="move it away"):
        desk.feed(desk.rejects.path)


def test_rejects_file_is_not_fed_to_itself_by_the_shell_either(desk: Desk) -> None:
    desk.pipe("{\n")
    with desk.rejects.path.open("rb") as file:
        stream = Stream(descriptor=file.fileno(), name="stdin")
        with pytest.raises(UsageError, match="move it away"):
            desk.feeder().feed(stream, lambda: False)


def test_unwritable_rejects_file_stops_before_the_position_moves(desk: Desk) -> None:
    desk.append(line(1), "{\n", line(2))
    with pytest.raises(ConfigurationError, match="rejects file"):
        desk.feed(rejects=Rejects(desk.folder))
    assert desk.subjects() == []
    assert desk.bench.rows("sources") == []
    assert desk.feed() == Counts(lines=3, accepted=2, rejected=1)


def test_every_batch_is_told_once_it_is_durable(desk: Desk) -> None:
    known: list[bool] = []

    def offered(batch: list[Any]) -> None:
        known.extend(events.get(desk.ledger, each.event.id) is not None for each in batch)

    desk.pipe("".join(line(n, id=str(n)) for n in range(12)), offered=offered, batch=5)
    assert known == [True] * 12


def test_duplicate_is_told_with_the_token_it_came_with(desk: Desk) -> None:
    desk.pipe(line(1, id="one", ack="first"))
    desk.pipe(line(1, id="one", ack="second"))
    told = [(each.verdict, each.event.ack) for each in desk.heard.offered]
    assert told == [(Verdict.ACCEPTED, "first"), (Verdict.DUPLICATE, "second")]


def test_figures_add_up_over_a_mixture(desk: Desk) -> None:
    lines = [line(n, id=str(n)) for n in range(300)]
    text = "".join(lines + lines[::10] + ["{\n"] * 7 + [UNKNOWN] * 2 + ["\n"] * 9)
    counts = desk.pipe(text, batch=64)
    assert counts == Counts(lines=339, accepted=300, ignored=1, duplicate=31, rejected=7)
    assert _added_up(counts)


def test_counts_are_kept_when_feeding_is_interrupted(desk: Desk) -> None:
    feeder = desk.feeder(batch=2)
    asked = iter([False, False, False, True])
    desk.append(*(line(n) for n in range(9)))
    with open_source(str(desk.queue)) as source:
        feeder.feed(source, lambda: next(asked, True))
    assert feeder.counts.lines == feeder.counts.accepted == len(desk.subjects())
    assert 0 < feeder.counts.lines < 9


def test_no_source_is_nothing_to_read(desk: Desk) -> None:
    assert desk.feeder().feed(None, lambda: False) == Counts()


def test_followed_inbox_waits_until_stopped(desk: Desk) -> None:
    asked = iter([False, False, True])
    assert desk.feeder().feed(None, lambda: next(asked, True), follow=True) == Counts()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read_is_told(desk: Desk) -> None:
    desk.queue.touch(mode=0)
    with pytest.raises(UsageError, match="Permission denied"):
        desk.feed()


def test_missing_file_is_told(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"queue\.jsonl does not exist; with --follow"):
        desk.feed(Path("queue.jsonl").absolute())
