"""The messages: what is said, how it is formatted, and that nothing typed can break it."""
