"""The second step of a sign-in: which factor answers it, and which browsers need not be asked for a while.

Owns the codes that are sent for it and the list of remembered browsers. It knows factors by what they can do alone: the
methods stand above it, and the house hands it those that there are. What is asked of whom is `login`'s to say, and so
is the counting of guesses; here a factor is begun, judged, and handed to `login` as a proof.
"""
