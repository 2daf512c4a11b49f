"""The dashboard: the ledger as pages that a browser shows, live."""
