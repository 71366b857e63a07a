"""Roles, permissions, who has which and why; API keys; operators.

The documented calls answer the documented shapes. What an organization defines for itself has the same calls below its
own path, so that a key of that organization can make them.
"""
