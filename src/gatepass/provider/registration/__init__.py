"""Clients that nobody here registered: they register themselves, or publish a document about themselves.

Owns the tokens that invite to register, those that let a client change its registration, and what is known of client
documents. Whoever comes this way is a stranger: people are always asked first, nothing is granted without a person, and
nothing that a client says is fetched but its document and, through the guard, its keys. It refuses to know what a
client asks for afterwards; what it makes is an application like any other.
"""
