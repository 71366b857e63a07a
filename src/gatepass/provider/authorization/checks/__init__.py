"""The rules of an authorization request, one file for each, pure: what was sent goes in, a proven value comes out.

Each takes what was asked and the request as far as it has been proven, and returns the request with its own part, or
refuses it. The order in which they are asked stands in `reading`. None of them knows a database, a page or the others.
"""
