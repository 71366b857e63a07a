"""What an organization has to say when a request names it: who may sign in to it, and how.

`admission` reads who belongs to it or joins by signing in; `policies` judges, without a database, whether a session is
what it asks of its members.
"""
