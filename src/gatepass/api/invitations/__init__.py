"""Invitations in the management API: for operators and servers, and for members whose roles let them invite.

Both faces stand on the same flows. What a member says about who invites is never read: it is they.
"""
