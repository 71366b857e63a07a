"""The pages of whoever acts in a person's place: the one that the link opens, the banner above all others, and the end.

It refuses to know who may impersonate whom; `impersonation` judges that. The banner stands above every page of the
house while it lasts, whichever slice makes the page.
"""
