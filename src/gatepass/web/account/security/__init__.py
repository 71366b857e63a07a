"""How somebody signs in: what they hold, and how they add to it, name it and take it away.

Each kind of authenticator is a section of its own, in a file of its own, that knows its method. The page only lines the
sections up, and leads what all of them have in common: a name and a removal. What adds or removes something asks for a
recent sign-in first, and nobody does it in the person's place.
"""
