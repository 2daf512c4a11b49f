"""The six workflows on the two real databases, beside SQL that knows nothing of the program."""
