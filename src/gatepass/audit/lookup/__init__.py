"""Finding events: in the order of the record for whoever follows it, the newest first for whoever searches.

Every statement stops after so many rows, found or not, because on SQLite a statement holds the whole server; a page may
therefore be short, or empty, although more follow. It owns no table and refuses to know who asks: how far they see is
the reach.
"""
