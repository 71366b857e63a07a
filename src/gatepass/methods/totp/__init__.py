"""An authenticator app that shows a new code every half minute (RFC 6238).

Owns the secrets, sealed under the server's keys, and the last step of each that was accepted: that one and what is
before it is never accepted again. An enrolment counts once a code of it was typed back, and its secret is shown to
nobody afterwards. It refuses to know whether a second factor is needed, and who counts the guesses: that is `login`'s.
"""
