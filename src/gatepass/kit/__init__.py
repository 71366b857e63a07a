"""What every ring stands on: the clock, identifiers, secrets, the database and the words for problems.

Nothing here knows a person, an application or a protocol. A piece belongs in the kit when two slices need it and it
would mean the same in any other product.
"""
