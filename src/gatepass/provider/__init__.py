"""The provider that applications talk to: OpenID Connect and OAuth 2.

A folder of slices, one for each thing that an application can ask for. Each opens its own transactions; the spine joins
them, and only `tokens` mints. They know one another in one direction: grants know authorization, devices and clients;
authorization knows consents and clients; nobody knows grants.
"""
