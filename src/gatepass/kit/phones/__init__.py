"""Telephone numbers: what makes one well formed, and the one spelling under which it is kept."""
