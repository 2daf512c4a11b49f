"""The background work of physiotherapy clinics, as commands on a run ledger."""

__version__ = "0.1.0"
