"""Gatepass, an authentication platform.

The law of the house: imports point inward (see ARCHITECTURE.md). Doors (`cli`, `app`, `worker`, `web`, `api`, every
`routes` and `pages`) parse, call and render; flows tell a story inside one transaction; rules decide without side
effects; stores hold SQL; protocols are pure. A method proves who somebody is and hands the proof to `login`, the only
place that completes an attempt; only `sessions` starts a session; only `tokens` mints.
"""

__version__ = "0.1.0"
