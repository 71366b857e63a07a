"""Web Authentication (W3C WebAuthn Level 3): judging what an authenticator has signed.

What a browser sends is read here and judged step by step as §7.1 and §7.2 say. It refuses to know which challenge was
given to whom and whether it was spent, whose credential it is, and whether a counter went back: that is its caller's.
"""
