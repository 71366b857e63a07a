"""What makes two names the same."""

import unicodedata


def name_key(name: str) -> str:
    """Return the folded form of a name, by which it is found.

    Case, width, spacing and what nobody sees (zero-width characters and the like) do not make another name.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(one for one in folded if unicodedata.category(one) != "Cf").split())
