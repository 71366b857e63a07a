"""The tables of organizations, of their members and of their domains."""
