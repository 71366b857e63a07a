"""Everything that leaves the house for a person or another program: e-mail now, SMS and webhooks by the same rows.

A message is a row, written in the transaction whose event it tells, so it exists exactly when the event does. A worker
sends it afterwards, at least once, always under the Message-ID that was fixed with the row; a repeat after a crash is
therefore recognisable. What waits is sealed at rest, because it holds links and codes; it is wiped when it has been
sent. A message whose time has passed is never sent. The outbox does not know why a message is sent and never asks a
slice anything: the row holds all that its template needs.
"""
