"""The context: the one place that builds databases, gateways and engine out of the settings."""
