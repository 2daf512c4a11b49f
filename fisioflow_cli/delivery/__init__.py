"""One message, at most once: decide, claim, send, record."""
