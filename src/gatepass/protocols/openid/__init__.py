"""What OpenID Connect adds to an OAuth request: the claims that it asks for, and requests that their client signed.

Pure like its neighbour `oauth2`, on whose parameters and refusals it stands.
"""
