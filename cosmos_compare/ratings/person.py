"""Who a rater is: one person under every spelling of a name."""

import unicodedata


def person(name: str) -> str:
    """A name by which a rater is known: without capitals, with single spaces, its accents in one form (é is one
    character on some keyboards and two on others)."""
    plain = unicodedata.normalize("NFKC", " ".join(name.split()))
    return unicodedata.normalize("NFKC", plain.casefold())
