"""Custom domains: hosts of customers' own under which an application's pages and configuration are served.

Owns which host belongs to which application, the proof of it by DNS, and the state in which it is. A host is served
only as long as the DNS shows both that its owner wants it (TXT) and that it points here. It refuses to know what is
shown there, and who issues certificates.
"""
