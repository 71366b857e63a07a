"""Users over the wire: the ten documented calls, body for body, and what stands beside them.

Who calls sees everybody or is refused: a key of one organization has the calls below that organization instead. Every
change holds the user first, compares the version that the caller names, and refuses to let a caller take over somebody
who may do more than the caller; all of that stands in `desk`, once.
"""
