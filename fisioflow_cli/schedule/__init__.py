"""How others start us: the workflows' schedules in the words of cron and of GitHub Actions."""
