"""Where we remember: our own tables, their migrations and the only SQL that touches them."""
