"""Tests of intake: from bytes to accepted events."""
