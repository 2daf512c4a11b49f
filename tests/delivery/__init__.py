"""The delivery: one message, at most once, whatever dies on the way."""
