"""The events there are: their names, their payloads and the shapes they arrive in."""
