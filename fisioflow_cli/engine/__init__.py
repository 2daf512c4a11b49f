"""How work is made durable: slots, runs, steps, retries, leases, deadlines and healing starts."""
