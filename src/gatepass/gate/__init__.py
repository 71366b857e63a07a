"""Who is calling, and may they: from a request to a call that a slice can answer.

Owns the table of endpoints and the phases that each of them passes in one order: the connection's limits, the path,
the size and the type of what was sent, the application, its origin, the rate limits, and only then the slice's
handler. A slice declares an endpoint; it can't forget a phase. It also owns the faces that an error may have and the
headers that every answer carries. It refuses to know what an endpoint is for.
"""
