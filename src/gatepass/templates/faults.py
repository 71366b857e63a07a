"""What is said of a template that makes no mail."""


class TemplateFault(ValueError):
    """Raised when a template can't be read or makes no mail; its sentence is for whoever wrote it."""
