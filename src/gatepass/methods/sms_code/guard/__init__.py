"""The guard before each message: who pumps messages to numbers that pay them must find every way narrow and short.

It counts by the whole house, by application, by country, by block of neighbouring numbers and by number, in windows of
an hour and of a day, in messages and in money; it is exact, because it counts in the database before the message is
queued. What it decides of a place stays for a while and is recorded once.
"""
