"""The record of what happened.

Owns the table of events and the one enum that names them. An event is written in the transaction of what it records,
so neither exists without the other. It refuses to know what an event means to anybody; it holds no token, code or
link. Readers come through `queries`.
"""
