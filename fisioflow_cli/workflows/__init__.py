"""What happens: one module per workflow, each readable as its list of steps."""
