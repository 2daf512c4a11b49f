"""What a server says that speaks OpenAI's Responses API; every figure and word is invented."""

import json
from typing import Any

INSIGHT: dict[str, Any] = {
    "summary": "Paciente evolui com menos dor e mais mobilidade.",
    "trends": ["Dor em queda: de 7 para 3."],
    "recommendations": ["Manter o fortalecimento."],
    "risk_factors": [],
    "adherence": 80,
}
USAGE = {
    "input_tokens": 412,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 97,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 509,
}


def response(*content: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A response whose one message has this content."""
    message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_770_000_000,
        "status": "completed",
        "model": "gpt-test-2026-01-01",
        "output": [{**message, "content": list(content)}],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": USAGE,
        **more,
    }


def said(text: str) -> dict[str, Any]:
    """A piece of text."""
    return {"type": "output_text", "text": text, "annotations": []}


def refusal(text: str = "Não posso ajudar com isso.") -> dict[str, Any]:
    """The model's own refusal."""
    return {"type": "refusal", "refusal": text}


def suggesting(**changes: Any) -> dict[str, Any]:
    """A response with an insight."""
    return response(said(json.dumps({**INSIGHT, **changes})))


def cut_off() -> dict[str, Any]:
    """A response that reached the most tokens in the middle of a word."""
    begun = json.dumps(INSIGHT)[:40]
    reason = {"reason": "max_output_tokens"}
    return response(said(begun), status="incomplete", incomplete_details=reason)


def error(code: str | None, message: str = "x", kind: str = "x") -> dict[str, Any]:
    """The body of an HTTP error."""
    return {"error": {"code": code, "message": message, "type": kind, "param": None}}
