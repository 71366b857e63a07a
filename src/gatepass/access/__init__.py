"""Roles, permissions, and "may this caller do that there?".

Owns what a caller of the management API may do (scopes), the roles and permissions that people hold, everywhere or in
one organization, the API keys, and who operates the server. A caller is a `Principal`; how far it sees is a `Reach`,
which every query of the management API takes first. It refuses to know how a credential travels: the gate reads that.
"""
