"""The dashboard on a ledger of a million runs and deliveries."""
