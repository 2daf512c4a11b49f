"""What a person types: one module per subcommand, which parses, calls and renders."""
