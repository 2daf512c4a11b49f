"""A week of operation on a test clock, with a scheduler as unreliable as the worst of them."""
