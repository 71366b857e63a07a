"""The management API for scripts: parses, calls and renders, one file a noun.

It owns no rule and no table. Whoever calls has passed the gate as a principal; every answer has the shape that the
hosted API documents. Its parts are independent of one another; what several of them write alike stands in `shapes`.
"""
