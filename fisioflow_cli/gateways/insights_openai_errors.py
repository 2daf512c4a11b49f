"""What an HTTP error of OpenAI's API means: https://platform.openai.com/docs/guides/error-codes."""

from collections.abc import Mapping

from fisioflow_cli.gateways.gateway import Rejected, StopRun
from fisioflow_cli.gateways.insight import Answer, Refused, TryAgain, Usage
from fisioflow_cli.gateways.transport import outcome_code, retry_after

REMEDIES = {
    401: "OpenAI refuses the key; check OPENAI_API_KEY.",
    403: "OpenAI refuses this project, model or country; check the project of OPENAI_API_KEY.",
    404: "OpenAI has no such model or address; check OPENAI_MODEL and OPENAI_BASE_URL.",
    405: "This is not OpenAI's API; check OPENAI_BASE_URL.",
}
QUOTA = "OpenAI's quota is used up; raise the limit or add credit, and start again."
MODEL = "The model cannot give structured output; set OPENAI_MODEL to one that can."
QUOTA_WORDS = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
FILTER_WORDS = {"invalid_prompt", "content_filter", "content_policy_violation"}
MODEL_WORDS = {"unsupported_parameter", "unsupported_value", "unsupported_model"}
PASSING = {408, 409, 429}


def answer_to(status: int, words: tuple[object, ...], headers: Mapping[str, str]) -> Answer:
    """The answer that an error amounts to; `words` are the body's `code` and `type`."""
    named = {word for word in words if isinstance(word, str)}
    code = outcome_code(status, next(iter(words), None))
    if named & QUOTA_WORDS:
        return StopRun(code=code, remedy=QUOTA, configuration=False)
    if status in PASSING or status >= 500:
        return TryAgain(code=code, seconds=retry_after(headers))
    if status in REMEDIES or status < 400:
        return StopRun(code=code, remedy=REMEDIES.get(status, REMEDIES[405]))
    if named & FILTER_WORDS:
        return Refused(usage=Usage())
    if named & MODEL_WORDS:
        return StopRun(code=code, remedy=MODEL)
    return Rejected(code=code)
