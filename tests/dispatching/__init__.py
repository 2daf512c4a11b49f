"""Acceptance: a large file of mixed events through `dispatch`, against providers that misbehave."""
