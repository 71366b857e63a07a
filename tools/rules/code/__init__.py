"""Rules about sizes, names, secrets, time and SQL."""
