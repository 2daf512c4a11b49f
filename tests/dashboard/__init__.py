"""The dashboard, as browsers and clients have it."""
