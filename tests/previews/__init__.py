"""Previews: an environment per branch, kept apart from production and from each other."""
