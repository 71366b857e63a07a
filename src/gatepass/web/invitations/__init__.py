"""The page of an invitation: who invites, to what, and one button for whoever proves to be meant.

A look changes nothing. The token comes by the mailed link, goes into the form of the page and, while somebody signs
in, into a cookie of that page alone. Whether it may be accepted, and by whom, is decided below; the page tells.
"""
