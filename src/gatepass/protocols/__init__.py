"""What the standards say, as pure functions: bytes in, values out.

No web, no database, no network and no clock: expectations, keys and the time come in as arguments.
"""
