"""The token endpoint: what may be exchanged for tokens, one file for each grant behind one pipeline.

Owns no table. The pipeline authenticates the application, asks for the key to which tokens are bound, and judges scope
and audience, so that no grant can forget one of them. It refuses to know how a person proved who they are.
"""
