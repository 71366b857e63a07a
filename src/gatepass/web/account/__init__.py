"""The account page: what somebody may see and change about themselves.

Every page passes the door first, which knows who is signed in and sends everybody else to sign in. It refuses to judge
what may be changed; users, sessions, tokens and consents each do that for their own.
"""
