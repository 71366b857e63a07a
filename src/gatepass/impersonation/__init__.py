"""Impersonation: somebody who operates the server acts for a while in a person's place, to see what that person sees.

Owns the table of who acted as whom, why and until when. It is begun by the management API and opened once, by a link,
in the browser of whoever acts; what that browser then holds is a session of the person that names who acts, for one
application, until a moment that nothing moves. The person is told. Whoever acts in their place proves nothing of them:
it refuses everything that only they themselves can want, such as a consent, another session's end or a new factor.
"""
