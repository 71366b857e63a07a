"""Questions to the domain name system, and what makes a text a domain.

An answer of a name server proves that whoever runs a domain wrote it there, and nothing more. That a name has no such
record is an answer too; that nobody answered is none, and must never be taken for one. Nothing is cached here: a
record that was just written must be seen, and one that was just removed must be missed.
"""
