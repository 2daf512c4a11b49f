"""The views: one file per page, from the ledger to what its template shows."""
