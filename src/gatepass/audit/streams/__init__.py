"""The record sent on, event for event, to whoever watches it: by HTTPS, by syslog over TLS, or into a file.

Owns where streams lead and how far each has come. A stream reads the sealed record in its order and moves on only when
its receiver has taken a batch, so that nothing is lost and nothing overtakes; what fails is sent again later, from the
same place, and no other stream waits for it. It keeps no queue of its own. It refuses to know what an event means, and
the receivers' secrets are written once and never shown.
"""
