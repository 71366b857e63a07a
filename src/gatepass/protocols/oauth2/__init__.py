"""What OAuth 2.0 and its extensions say about the form of requests, as pure functions (RFC 6749 and those built on it).

They read what a client sent and answer values or raise `Refused` with an error code of the standard. Whether a client
exists, what it may do and whether something was sent twice is not known here.
"""
