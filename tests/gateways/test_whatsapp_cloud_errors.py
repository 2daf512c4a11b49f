"""Every row of Meta's error table, and what no table lists."""

import pytest

from fisioflow_cli.gateways.gateway import Rejected, RetryAfter, StopRun, Uncertain
from fisioflow_cli.gateways.whatsapp_cloud_errors import outcome_of

STOPS = [
    (401, 0, "WHATSAPP_ACCESS_TOKEN"),
    (401, 190, "WHATSAPP_ACCESS_TOKEN"),
    (500, 3, "permissions"),
    (403, 10, "permissions"),
    (403, 200, "permissions"),
    (403, 299, "permissions"),
    (403, 131005, "permissions"),
    (403, 368, "restricted"),
    (403, 131031, "restricted"),
    (403, 130497, "restricted"),
    (400, 131037, "registration"),
    (400, 131042, "registration"),
    (500, 131045, "registration"),
    (400, 133005, "registration"),
    (400, 133010, "registration"),
    (500, 134011, "registration"),
]
REFUSED = [
    *(33, 100, 131008, 131009, 131021, 131030, 131051, 131052, 131053, 135000),
    *(130403, 130472, 131047, 131049),
    *(132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069),
]


@pytest.mark.parametrize(("status", "code", "remedy"), STOPS)
def test_an_account_in_trouble_stops_the_run(status: int, code: int, remedy: str) -> None:
    outcome = outcome_of(status, code, None, None)
    assert isinstance(outcome, StopRun)
    assert (outcome.code, outcome.configuration) == (f"http_{status} {code}", True)
    assert remedy in outcome.remedy


@pytest.mark.parametrize("code", [131048, 131064])
def test_a_limit_of_the_number_stops_the_run_until_later(code: int) -> None:
    outcome = outcome_of(400, code, None, 5.0)
    assert isinstance(outcome, StopRun)
    assert outcome.configuration is False


@pytest.mark.parametrize(
    ("code", "seconds"), [(4, 60.0), (80007, 60.0), (130429, None), (131056, 6.0), (131057, 20.0)]
)
def test_a_rate_limit_waits_as_long_as_meta_says_or_as_is_known(
    code: int, seconds: float | None
) -> None:
    alone = code == 131056  # the limit of one recipient
    for status, asked, pause in ((400, None, seconds), (429, 9.0, 9.0), (400, 0.0, 0.0)):
        expected = RetryAfter(code=f"http_{status} {code}", seconds=pause, recipient=alone)
        assert outcome_of(status, code, None, asked) == expected


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("code", REFUSED)
def test_a_refused_message_is_refused_whatever_the_status(status: int, code: int) -> None:
    assert outcome_of(status, code, None, None) == Rejected(code=f"http_{status} {code}")


def test_a_number_without_whatsapp_is_the_addresss_fault() -> None:
    assert outcome_of(400, 131026, None, None) == Rejected(code="http_400 131026", address=True)


def test_a_stop_by_the_recipient_is_an_opt_out() -> None:
    assert outcome_of(400, 131050, None, None) == Rejected(code="http_400 131050", opted_out=True)


@pytest.mark.parametrize("status", [400, 500, 503])
@pytest.mark.parametrize("code", [2, 131016, 133004])
def test_a_service_out_of_order_leaves_the_message_uncertain(status: int, code: int) -> None:
    assert outcome_of(status, code, None, None) == Uncertain(code=f"http_{status} {code}")


def test_something_went_wrong_is_a_refusal_only_below_500() -> None:
    assert outcome_of(400, 131000, None, None) == RetryAfter(code="http_400 131000")
    assert outcome_of(500, 131000, None, None) == Uncertain(code="http_500 131000")


def test_an_unknown_phone_number_id_stops_the_run() -> None:
    """It would otherwise use up every message as refused for good."""
    outcome = outcome_of(400, 100, 33, None)
    assert isinstance(outcome, StopRun)
    assert "WHATSAPP_PHONE_NUMBER_ID" in outcome.remedy


@pytest.mark.parametrize("code", [1, 131062, 133016, 999999])
def test_an_unlisted_code_counts_by_its_status(code: int) -> None:
    assert outcome_of(400, code, None, None) == Rejected(code=f"http_400 {code}")
    assert outcome_of(408, code, None, None) == Uncertain(code=f"http_408 {code}")
    assert outcome_of(429, code, None, 3.0) == RetryAfter(code=f"http_429 {code}", seconds=3.0)
    assert outcome_of(500, code, None, None) == Uncertain(code=f"http_500 {code}")
    assert isinstance(outcome_of(401, code, None, None), StopRun)


def test_an_answer_without_a_code_counts_by_its_status() -> None:
    assert outcome_of(400, None, None, None) == Rejected(code="http_400")
    assert outcome_of(408, None, None, None) == Uncertain(code="http_408")
    assert outcome_of(429, None, None, 3.0) == RetryAfter(code="http_429", seconds=3.0)
    assert outcome_of(502, None, None, None) == Uncertain(code="http_502")


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 405, 407])
def test_an_answer_that_is_not_metas_stops_the_run(status: int) -> None:
    outcome = outcome_of(status, None, None, None)
    assert isinstance(outcome, StopRun)
    assert "WHATSAPP_API_URL" in outcome.remedy
