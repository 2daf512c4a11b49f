"""The catalogue: shapes, payloads, and what is said about those that do not fit."""
