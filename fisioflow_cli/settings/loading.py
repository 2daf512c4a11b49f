"""Reading the settings: from the environment, from files that it names, and in development from .env."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import get_args

import platformdirs
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from fisioflow_cli.errors import InvalidSetting, MissingSetting
from fisioflow_cli.settings.model import Settings
from fisioflow_cli.settings.platform import surmise

DEVELOPMENT = "development"


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings of `environ`; in development also those of `folder`'s `.env`.

    Where FISIOFLOW_ENV is not set, the environment is what the platform's variables amount to.
    `NAME_FILE` names a file that holds the value of NAME. Raises InvalidSetting or MissingSetting,
    which never repeat a value: it may be a secret.
    """
    own = _with_files(environ)
    home = platformdirs.user_data_dir("fisioflow", appauthor=False)
    if (found := surmise(own)) is not None and not found.is_overruled:
        own["FISIOFLOW_ENV"] = found.environment
    raw = {"FISIOFLOW_HOME": home, **_dotenv(own, folder / ".env"), **own}
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        reason = first["msg"].removeprefix("Value error, ")
        raise InvalidSetting(f"{first['loc'][0]} cannot be used: {reason}.") from None


def _dotenv(own: Mapping[str, str], path: Path) -> dict[str, str]:
    """What `.env` adds to the environment's own values: nothing unless they mean development."""
    if own.get("FISIOFLOW_ENV", DEVELOPMENT) != DEVELOPMENT or not path.is_file():
        return {}
    values = _with_files({name: value or "" for name, value in dotenv_values(path).items()})
    if values.get("FISIOFLOW_ENV", DEVELOPMENT) != DEVELOPMENT:
        raise InvalidSetting(
            f"{path.name} must not set FISIOFLOW_ENV; set it in the environment itself."
        )
    return values


def _with_files(values: Mapping[str, str]) -> dict[str, str]:
    """What is set and not empty, and what the files named by NAME_FILE hold."""
    found = {name: value for name, value in values.items() if value}
    for field in Settings.model_fields.values():
        name = str(field.validation_alias)
        path = found.get(f"{name}_FILE")
        if path is None:
            continue
        if name in found:
            raise InvalidSetting(f"{name} and {name}_FILE are both set; unset one of them.")
        found[name] = _content(f"{name}_FILE", Path(path))
    return found


def _content(variable: str, path: Path) -> str:
    try:
        content = path.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise MissingSetting(
            f"{variable} names a file that cannot be read; correct the path or its permissions."
        ) from None
    if not content:
        raise MissingSetting(f"{variable} names an empty file; write the value into it.")
    return content


def secret_files(environ: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """The files that hold secrets, by the variable that names them: `RESEND_API_KEY_FILE`, …"""
    secrets = [f"{name}_FILE" for name in _secret_names()]
    return {name: Path(environ[name]).expanduser() for name in secrets if environ.get(name)}


def from_process(folder: Path | None = None) -> Settings:
    """The settings of this very process."""
    return load(os.environ, folder or Path.cwd())


def process_environment() -> dict[str, str]:
    """Every variable of this process: for those who look for what is misspelt or meant for others."""
    return dict(os.environ)


def secret_values(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The secrets that are set, in the environment or in files it names: for masks, not for use.

    Whatever else is wrong with the settings; what cannot be read is left out.
    """
    found = [environ[name] for name in _secret_names() if environ.get(name)]
    for path in secret_files(environ).values():
        with suppress(OSError, UnicodeDecodeError):
            found.append(path.read_text(encoding="utf-8").strip())
    return found


def _secret_names() -> list[str]:
    return [
        str(field.validation_alias)
        for field in Settings.model_fields.values()
        if SecretStr in get_args(field.annotation)
    ]
