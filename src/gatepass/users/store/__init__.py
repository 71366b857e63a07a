"""The tables of users and of what belongs to them: the sign-in's few columns, whole records, and searches."""
