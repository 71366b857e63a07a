"""Whether a server that knows a million people answers as one that knows a thousand: `make bench-scale`.

Two servers on one core, filled by the product's own import, are asked the same in turns; the ratio of their rates is
what counts.
"""
