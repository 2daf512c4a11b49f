"""From bytes to accepted events: lines, files, stdin, rejects."""
