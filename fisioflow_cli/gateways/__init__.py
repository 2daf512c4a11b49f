"""How we reach the world: one module per provider, each hiding a protocol behind `send`."""
