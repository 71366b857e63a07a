"""Answers that say no more than that it was done, in the forms that are documented."""

import msgspec


class Done(msgspec.Struct, frozen=True):
    """That it was done."""

    success: bool = True


class Deleted(msgspec.Struct, frozen=True):
    """That something is gone."""

    is_deleted: bool = True


class Removed(msgspec.Struct, frozen=True):
    """That something is gone, in both documented forms."""

    is_deleted: bool = True
    success: bool = True
