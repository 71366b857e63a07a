"""Which passwords are known from breaches: a file that an operator builds, and a service that is asked by a prefix.

Neither ever learns a password: both are asked by its SHA-1, which is what such lists are made of.
"""
