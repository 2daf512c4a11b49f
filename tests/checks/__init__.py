"""Tests of fisioflow_cli/checks."""
