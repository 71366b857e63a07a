"""Readers: from a file of another product to one person after another, never the whole file at once."""
