"""Organizations, their members, and the domains that they list and prove.

Owns those three. It knows who belongs to an organization and on which terms, and refuses to know what a member may do
there (`access` does) and who is invited (`invitations` does). Every query takes a reach first, so that one organization
never sees another's.

A listed domain and a proven one are two facts. A listed domain only limits: an organization that is closed to outsiders
takes nobody whose address is elsewhere. A proven one is the organization's own: it belongs to one organization at
most, and by it alone people are led to their organization or join it by themselves.
"""
