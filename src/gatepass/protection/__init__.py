"""What slows an attacker down without stopping anybody else.

Owns the limits on how often something may be tried, by whom it is counted, and how long to wait after that. It refuses
to know what is being tried. Its counters live in this process and are forgotten with it, so nothing that must survive a
restart (wrong codes, lockouts) is counted here: those are rows of the slices that judge them.
"""
