"""The language model of a command, as the settings configure it."""

from typing import TYPE_CHECKING

from fisioflow_cli.gateways.insights_openai import InsightModel

if TYPE_CHECKING:
    from fisioflow_cli.settings import Settings


def build_insights(settings: "Settings") -> InsightModel | None:
    """The model that writes patient insights; None if no key is set."""
    key = settings.openai_api_key
    if key is None:
        return None
    return InsightModel(key.get_secret_value(), settings.openai_base_url, settings.openai_model)
