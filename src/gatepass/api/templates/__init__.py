"""Mail templates for scripts: written, tried, brought back and given up.

Owns the JSON shapes; what a template may hold and what it makes is `templates`' to say.
"""
