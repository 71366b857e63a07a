"""The provider that applications talk to for tokens.

Owns the doors of refresh and of the published keys, and later the grants of OAuth 2. It opens the transactions in
which `tokens` rotates; it makes no token of its own.
"""
