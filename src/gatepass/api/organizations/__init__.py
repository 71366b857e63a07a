"""Organizations in the management API: themselves, their domains and their members.

Three faces stand on the same verbs: the documented organizations, the tenants that the newer generation of the same API
calls them, and the end users' own face below `/api/v1/auth`, where roles decide. An end user never adds a stranger:
whoever is not at a domain that the organization proved is invited and says yes. Nor does anybody give, take or outlast
more than their own roles allow.
"""
