"""Tests of what a command works with."""
