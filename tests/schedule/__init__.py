"""Tests of the schedules that others read."""
