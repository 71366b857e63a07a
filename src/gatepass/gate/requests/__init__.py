"""What a request says of itself, as values: the path's parts and the parameters of an OAuth request.

It owns the forms in which both may arrive and refuses what two readers could take differently. It refuses to know an
endpoint, an application or what a parameter is for.
"""
