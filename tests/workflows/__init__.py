"""Tests of the six workflows, on a small plain clinic."""
