"""How the endpoint table describes itself: the OpenAPI document, and the samples that stand in it.

Everything is read from the rows of the table. What a row can't say, which values make a sensible example, stands in one
table here, from which the page to try calls out on and the reference for readers are both filled.
"""
