"""What the house needs to build, test and judge itself: set-up, databases and browsers for tests, the house's rules.

Nothing in `src` imports from here, and nothing here ships. A tool says in one sentence what it did or what is missing;
what it cannot do is a failure with a remedy, never a silence.
"""
