"""Everything that leaves the house for a person or another program: e-mail and HTTP posts now, SMS by the same rows.

A message is a row, written in the transaction whose event it tells, so it exists exactly when the event does. A worker
sends it afterwards, at least once: a mail always under the Message-ID that was fixed with the row, a post always with
the same body, so that a repeat after a crash is recognisable. What waits is sealed at rest, because it holds links,
codes and tokens; it is wiped when it has been sent. A message whose time has passed is never sent. The outbox does not
know why a message is sent and never asks a slice anything: the row holds all that its template needs.

A mail is one template (`web/templates/mail/<name>.mjml` and `.txt`, every sentence in `_()`) and one function in its
slice's `messages.py` that takes `language` and returns a `MailOrder`. Whoever orders it asks `language_of_mail` once:
the reader's own locale, then the language of the page or the call that caused it, then that of the application.
"""
