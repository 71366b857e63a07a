"""The authorization request: from what an application asks of a browser to the code that it is given.

Owns the requests that wait for a person, those that were pushed ahead, and the codes. A request passes the checks, one
small file for each rule; then `rules.next_step` alone says what is missing: a sign-in, a choice of account, a consent,
or nothing. It refuses to know how a person proves who they are and how a page looks; the pages of `web.hosted` come
back here after each step.
"""
