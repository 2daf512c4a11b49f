"""What we read and change in the clinic's database, whatever its tables are called."""
