"""Tests of what is read and changed in the clinic's database."""
