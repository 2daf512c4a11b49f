"""The statements on findings: only what no completed run has seen before is new."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fisioflow_cli.errors import LeaseLost
from fisioflow_cli.ledger import findings, runs
from fisioflow_cli.ledger.findings import FindingRow, NewFindings
from fisioflow_cli.ledger.ledger import Lease
from fisioflow_cli.ledger.runs import Occasion
from tests.engine.workbench import Bench


def _run(bench: Bench, slot: str, scope: str = "all") -> Lease:
    occasion = Occasion(workflow="w", slot=slot, scope=scope)
    runs.open_run(bench.ledger, occasion, generation=1, as_of=datetime(2026, 11, 23, tzinfo=UTC))
    found = runs.latest(bench.ledger, occasion)
    assert found is not None
    lease = runs.acquire(bench.ledger, found, {}, 3600, owner_gone=False)
    assert lease is not None
    return lease


def _found(*subjects: str, organization: str | None = "o1", check: str = "c") -> list[FindingRow]:
    return [FindingRow(check=check, subject_id=s, organization_id=organization) for s in subjects]


def _new(bench: Bench, lease: Lease, sample: int = 10) -> list[NewFindings]:
    return findings.new(bench.ledger, lease, sample=sample)


def test_first_sight_is_new(bench: Bench) -> None:
    lease = _run(bench, "1")
    findings.see(bench.ledger, lease, "all", [*_found("b", "a"), *_found("z", check="d")])
    findings.see(bench.ledger, lease, "all", _found("x", organization="o2"))
    assert _new(bench, lease) == [
        NewFindings(organization_id="o1", check="c", count=2, sample=("a", "b")),
        NewFindings(organization_id="o1", check="d", count=1, sample=("z",)),
        NewFindings(organization_id="o2", check="c", count=1, sample=("x",)),
    ]


def test_what_belongs_to_no_organization_is_nobodys_news(bench: Bench) -> None:
    lease = _run(bench, "1")
    findings.see(bench.ledger, lease, "all", _found("a", organization=None))
    findings.see(bench.ledger, lease, "all", [])
    assert _new(bench, lease) == []
    assert len(bench.rows("findings")) == 1


def test_sample_is_short_and_the_count_whole(bench: Bench) -> None:
    lease = _run(bench, "1")
    findings.see(bench.ledger, lease, "all", _found(*(f"{n:03}" for n in range(50))))
    assert _new(bench, lease, sample=2) == [
        NewFindings(organization_id="o1", check="c", count=50, sample=("000", "001"))
    ]


def test_known_findings_are_not_told_again(bench: Bench) -> None:
    first = _run(bench, "1")
    findings.see(bench.ledger, first, "all", _found("a", "b"))
    findings.settle(bench.ledger, first, "all")
    assert _new(bench, first) == []
    second = _run(bench, "2")
    findings.see(bench.ledger, second, "all", _found("b", "c"))
    assert [each.sample for each in _new(bench, second)] == [("c",)]


def test_finding_that_went_away_is_new_when_it_comes_back(bench: Bench) -> None:
    for slot, subjects in (("1", ["a", "b"]), ("2", ["b"])):
        lease = _run(bench, slot)
        findings.see(bench.ledger, lease, "all", _found(*subjects))
        findings.settle(bench.ledger, lease, "all")
    third = _run(bench, "3")
    findings.see(bench.ledger, third, "all", _found("a", "b"))
    assert [each.sample for each in _new(bench, third)] == [("a",)]


def test_run_that_did_not_complete_makes_nothing_known(bench: Bench) -> None:
    died = _run(bench, "1")
    findings.see(bench.ledger, died, "all", _found("a"))
    second = _run(bench, "2")
    findings.see(bench.ledger, second, "all", _found("a"))
    assert [each.sample for each in _new(bench, second)] == [("a",)]


def test_seeing_and_settling_twice_changes_nothing(bench: Bench) -> None:
    lease = _run(bench, "1")
    for _ in range(2):
        findings.see(bench.ledger, lease, "all", _found("a"))
    findings.settle(bench.ledger, lease, "all")
    before = bench.rows("findings")
    findings.settle(bench.ledger, lease, "all")
    assert bench.rows("findings") == before


def test_scopes_and_environments_are_apart(bench: Bench) -> None:
    preview = Bench(ledger=replace(bench.ledger, environment="preview:x"), clock=bench.clock)
    for where, scope in ((bench, "all"), (bench, "o1"), (preview, "all")):
        lease = _run(where, "1", scope)
        findings.see(where.ledger, lease, scope, _found("a"))
        assert [each.count for each in _new(where, lease)] == [1]
        findings.settle(where.ledger, lease, scope)
    assert len(bench.rows("findings")) == 3
    assert all(row["known"] for row in bench.rows("findings"))


def test_organization_is_the_one_it_has_now(bench: Bench) -> None:
    lease = _run(bench, "1")
    findings.see(bench.ledger, lease, "all", _found("a", organization="o1"))
    findings.see(bench.ledger, lease, "all", _found("a", organization="o2"))
    assert [each.organization_id for each in _new(bench, lease)] == ["o2"]


def test_older_attempt_sees_and_settles_nothing(bench: Bench) -> None:
    lease = _run(bench, "1")
    bench.overtake()
    with pytest.raises(LeaseLost):
        findings.see(bench.ledger, lease, "all", _found("a"))
    with pytest.raises(LeaseLost):
        findings.settle(bench.ledger, lease, "all")
    assert bench.rows("findings") == []
