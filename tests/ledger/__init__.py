"""Tests of fisioflow_cli/ledger."""
