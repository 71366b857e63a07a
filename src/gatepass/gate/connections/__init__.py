"""The connection before there is a request.

Owns what uvicorn leaves open: how long a head and a body may take, how large they may be, how many connections there
may be, and which requests two servers in a row could read differently. It refuses to know a path, an application or a
person. `protocol.protocol_class` makes the class that uvicorn is given.
"""
