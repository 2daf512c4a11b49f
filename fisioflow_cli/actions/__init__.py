"""What a GitHub Actions job gets beside the command's own output; nothing of it anywhere else."""
