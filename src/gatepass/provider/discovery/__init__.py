"""What the provider says about itself: its metadata and its published keys.

Owns no table. Client libraries read everything from here and are told one canonical set of addresses; the documented
aliases answer alike and are not announced.
"""
