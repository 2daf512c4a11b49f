"""The guarantees of docs/guarantees.md, proven on processes that are really killed."""
