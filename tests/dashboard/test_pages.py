"""The pages: what they show on both databases, and what they never show."""

import re
from pathlib import Path

import pytest

from fisioflow_cli.clock import Clock
from fisioflow_cli.gateways.email_resend import Resend
from fisioflow_cli.gateways.gateway import Content
from fisioflow_cli.gateways.outbox import Outbox
from tests.dashboard.scene import (
    ADDRESS,
    EMAIL,
    HOSTILE,
    PERSON,
    SECRET_TEXT,
    delivery_id,
    run_id,
)
from tests.dashboard.served import Served, serve

EVERY = (
    "/",
    "/runs",
    f"/runs/{run_id(1)}",
    f"/runs/{run_id(2)}",
    f"/runs/{run_id(3)}",
    "/events",
    "/event?id=event-1",
    "/event?id=event-2",
    "/deliveries",
    f"/deliveries/{delivery_id(1)}",
    f"/deliveries/{delivery_id(1)}?show=message",
    f"/deliveries/{delivery_id(4)}",
    "/calendar",
    "/charts",
    "/dispatch",
    "/outbox",
)


def test_every_page_shows_neither_person_nor_address_nor_markup(served: Served) -> None:
    with served.friend() as client:
        for path in EVERY:
            answer = client.get(path)
            assert answer.status_code == 200, (path, served.lines)
            assert "<script>" not in answer.text, path
            assert 'onerror="' not in answer.text, path
            assert ADDRESS not in answer.text, path
            if not path.endswith("show=message"):
                assert PERSON not in answer.text, path
    assert served.lines == []


def test_the_overview_counts_what_needs_a_person(served: Served) -> None:
    page = served.text("/")
    shown = re.findall(r"<b>(\d+)</b><span>(?:<svg.*?</svg>)?([\w ]+)</span>", page)
    assert {name: int(count) for count, name in shown} == {
        "events due": 0,
        "events for later": 1,
        "events running": 1,
        "slots missed or late": 8,  # birthdays: two of each; four others were due this morning
        "events dead": 1,
        "messages in doubt": 1,
    }
    assert ">never<" in page


def test_last_success_is_no_partial_run(served: Served) -> None:
    """As `fisioflow status` counts it: somebody was not reached."""
    served.scene.run(0, slot="2026-11-23", status="partial")
    row = served.text("/").split('href="/runs?workflow=fisioflow-birthday-messages"')[1]
    success = row.split('data-label="Last success"')[1].split("</td>")[0]
    assert 'datetime="2026-11-23T14:59:02+00:00"' in success


def test_runs_are_filtered_and_those_of_other_environments_left_out(served: Served) -> None:
    everything = served.text("/runs")
    assert "elsewhere" not in everything
    assert "3 in all" in everything
    failed = served.text("/runs", status="failed")
    assert run_id(2) in failed
    assert run_id(1) not in failed
    assert served.text("/runs", workflow=EMAIL).count("/runs/0000") == 1
    assert run_id(1) in served.text("/runs", since="2026-11-23", until="2026-11-23")
    assert "No runs fit." in served.text("/runs", until="2026-11-22")


def test_a_list_goes_on_where_it_ended(served: Served) -> None:
    for number in range(100, 160):
        served.scene.run(number)
    with served.friend() as client:
        first = client.get("/runs").text
        assert "63 in all" in first
        address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
        second = client.get(address.replace("&amp;", "&")).text
    seen = [run_id(number) for number in (1, 2, 3, *range(100, 160))]
    assert all((run in first) != (run in second) for run in seen)
    assert 'rel="next"' not in second
    assert ">Newest<" in second


@pytest.mark.parametrize(
    "asked",
    [
        {"status": "no-such-status"},
        {"since": "yesterday"},
        {"since": "2026-02-30"},
        {"until": "9999-12-31"},
        {"since": "0001-01-01"},
        {"after": "garbage"},
        {"slot": "\x00"},
        {"workflow": "x" * 400},
        {"scope": "a\u202eb"},
    ],
)
def test_a_filter_that_means_nothing_is_explained(quick: Served, asked: dict[str, str]) -> None:
    answer = quick.get("/runs", **asked)
    assert answer.status_code == 400
    assert "This did not work" in answer.text


@pytest.mark.parametrize("week", ["2999-12-31", "1900-01-01", "2026-11-16"])
def test_the_calendar_may_be_asked_for_any_week(quick: Served, week: str) -> None:
    assert "birthdays" in quick.text("/calendar", week=week)


def test_a_run_shows_its_steps_errors_and_messages(quick: Served) -> None:
    page = quick.text(f"/runs/{run_id(2)}")
    assert "&lt;script&gt;document.title=" in page
    assert "Attempt 1" in page
    assert delivery_id(3) in page
    assert "timeout" in page


def test_a_run_that_is_worked_on_names_the_worker(quick: Served) -> None:
    assert "Process 4711 on clinic-1" in quick.text(f"/runs/{run_id(3)}")


@pytest.mark.parametrize(
    "path",
    [
        f"/runs/{run_id(4)}",
        "/runs/none",
        "/runs/%00",
        "/event?id=none",
        "/event",
        "/deliveries/none",
        "/deliveries/none/message",
        f"/deliveries/{delivery_id(2)}/message",
        "/outbox/none/message",
        "/outbox/..%2f..%2fetc/message",
        "/outbox?show=000000000000000000000000",
        "/no-such-page",
        "/static/style.css",
    ],
)
def test_what_is_not_there_is_404(quick: Served, path: str) -> None:
    with quick.friend() as client:
        assert client.get(path).status_code in ({400} if "%00" in path else {404})


def test_an_event_shows_its_fields_and_none_of_their_values(quick: Served) -> None:
    page = quick.text("/event", id="event-1")
    for name in ("to", "subject", "text"):
        assert f"<bdi>{name}</bdi>" in page
    assert "••• text of 21" in page
    assert "ana.souza" not in page


def test_an_event_with_a_hostile_id_has_its_page(served: Served) -> None:
    page = served.text("/event", id=HOSTILE)
    assert "&lt;script&gt;" in page
    assert "nobody handles it" in page


def test_the_message_is_shown_in_a_frame_and_only_when_asked_for(quick: Served) -> None:
    path = f"/deliveries/{delivery_id(1)}"
    assert "<iframe" not in quick.text(path)
    asked = quick.text(path, show="message")
    assert f'<iframe class="message" sandbox src="{path}/message"' in asked
    frame = quick.get(f"{path}/message")
    assert PERSON in frame.text
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script-src" not in policy
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert frame.headers["cache-control"] == "no-store"


def test_deliveries_are_found_by_key_state_and_recipient(served: Served) -> None:
    assert "1 in all" in served.text("/deliveries", key="birthday/p-", state="sent")
    assert "1 in all" in served.text("/deliveries", state="in_doubt")
    assert "1 in all" in served.text("/deliveries", recipient="p-2")
    assert "No deliveries fit." in served.text("/deliveries", key="birthday/%")


def test_the_outbox_masks_its_readers_and_shows_a_message_in_a_frame(quick: Served) -> None:
    folder = quick.facts.outbox
    assert folder is not None
    content = Content(subject=f"Oi, {PERSON}", html=SECRET_TEXT, text="", short="")
    mail = Resend("re_test", "Clínica <avisos@example.com>", "http://127.0.0.1:9")
    outbox = Outbox(folder, mail, Clock())
    payload = outbox.compose(ADDRESS, content, reference="r")
    outbox.send(payload, provider_key="k", timeout=1)
    page = quick.text("/outbox")
    assert "a•••@example.com" in page
    assert ADDRESS not in page
    assert PERSON not in page
    stem = page.split("/outbox?show=")[1].split("#")[0]
    assert "<iframe" in quick.text("/outbox", show=stem)
    frame = quick.get(f"/outbox/{stem}/message")
    assert PERSON in frame.text
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_an_event_leads_to_its_messages(served: Served) -> None:
    served.scene.delivery(50, run_id(3), message_key="event/event-1/email")
    link = re.search(
        r'href="(/deliveries[?]key=[^"]+)">Its messages<', served.text("/event?id=event-1")
    )
    assert link is not None
    listed = served.text(link[1].replace("&amp;", "&"))
    assert delivery_id(50) in listed
    assert delivery_id(1) not in listed


def test_objects_in_a_result_are_rows_of_a_table(served: Served) -> None:
    """What data-integrity found was one blob of JSON in a narrow column."""
    found = [
        {"check": "sessions_without_appointment", "count": 2, "sample": ["s-1", "s-2"]},
        {"check": "impossible_birth_dates", "count": 1, "sample": [HOSTILE], "since": None},
    ]
    run = served.scene.run(77, result={"issues": found, "issues_found": 3, "checks": []})
    page = served.text(f"/runs/{run}")
    table = page.split('<div class="whole"><dt>issues</dt>')[1].split("</table>")[0]
    assert re.findall(r"<th [^>]*>(.*?)</th>", table) == ["check", "count", "sample", "since"]
    rows = re.findall(r'<td[^>]*data-label="([^"]+)"[^>]*>(.*?)</td>', table, re.DOTALL)
    told = [(head, re.sub(r"<[^>]+>", "", cell).strip()) for head, cell in rows]
    assert told[:4] == [
        ("check", "sessions_without_appointment"),
        ("count", "2"),
        ("sample", "s-1, s-2"),
        ("since", "–"),
    ]
    assert "[{" not in page
    assert "<script>" not in page


def test_where_there_is_no_outbox_the_page_says_why(migrated_sqlite: Path) -> None:
    with serve(f"sqlite:///{migrated_sqlite}") as served:
        assert "there is no outbox here" in served.text("/outbox")
