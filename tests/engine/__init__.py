"""The engine: slots, runs, steps, retries, leases and healing starts."""
