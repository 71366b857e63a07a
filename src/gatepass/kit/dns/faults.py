"""What can go wrong with a question."""


class LookupFailed(Exception):
    """Raised when no name server answered in time, or none gave an answer that says yes or no."""
