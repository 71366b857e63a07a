"""Webhooks for scripts: endpoints, tests of them, and the log of what was sent.

A caller of one organization sees that organization's endpoints alone. An endpoint tells whoever holds it what happens,
so that only somebody who may read events sets one up or has something sent again.
"""
