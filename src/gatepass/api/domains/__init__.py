"""Custom domains for scripts, and the question of the web server that makes certificates for them.

Owns the JSON shapes; what a domain may be and when it is served is `domains`' to say.
"""
