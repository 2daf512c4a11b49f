"""The HTTP receiver that speaks Inngest's event API; needs the extra `web`."""
