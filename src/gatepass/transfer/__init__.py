"""Data in and out: users of other products come in by a file, and everything leaves in the same formats.

Owns the formats and how far each import has come. A reader turns a file of any size into one person after another,
the writer brings them to their slices in batches, and a report names every row that was refused and why. It refuses to
know how a password is judged: hashes and secrets are kept sealed, as they came, for the method that will.
"""
