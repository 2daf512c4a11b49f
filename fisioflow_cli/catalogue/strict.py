"""Strict JSON: UTF-8, and only the numbers that databases know."""

import json
import math
from typing import Any, NoReturn

from fisioflow_cli.errors import BadEvent


def decode(raw: bytes, what: str) -> Any:
    """The JSON in these bytes; a BadEvent about `what`, which repeats none of it, if there is none.

    A byte order mark is fine; NaN, infinities and numbers beyond a double are not.
    """
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise BadEvent(f"{what} is not UTF-8: byte {error.start + 1} cannot be read.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadEvent(f"{what} is not JSON: {error.msg}, {place}.") from None
    except ValueError:
        raise BadEvent(f"{what} is not JSON: it holds a number that is none.") from None
    except RecursionError:
        raise BadEvent(f"{what} is nested too deeply.") from None


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)
