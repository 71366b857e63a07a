"""Impersonation by call: letting somebody act in a person's place, who did, and ending it.

It answers the link once, to whoever asked for it; no list shows it again.
"""
