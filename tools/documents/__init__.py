"""The reference pages: one module for each, with a function `page()` that returns its text from the code.

A page says only what the code knows: the same code gives the same text on every machine. Where a page needs a sentence
that no code holds (when an error is answered, what a table is for), the sentence stands beside its generator, and the
check fails while one is missing or left over.
"""
