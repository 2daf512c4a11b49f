"""What an application does: programs that send with the official clients."""
