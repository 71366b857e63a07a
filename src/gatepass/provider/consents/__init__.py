"""What a person allowed an application of somebody else.

One row for each pair, with the scopes that were allowed. What is taken back takes everything with it that the
application was granted. It refuses to know when somebody has to be asked; that is for `authorization` and `devices`.
"""
