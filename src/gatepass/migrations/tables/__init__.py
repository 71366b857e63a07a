"""Tables of a step that is too long for one file; a step that was released is never changed, and nor are its tables."""
