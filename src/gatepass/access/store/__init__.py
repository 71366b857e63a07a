"""The tables of this slice, a file each: roles and permissions, who holds them, API keys, operators.

No statement names another slice's table: whether somebody is a member, or who they are, is asked of their owners.
"""
