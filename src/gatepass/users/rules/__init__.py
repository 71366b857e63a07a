"""Pure decisions about people: what a record may hold, how names are found, whom a search means, what claims show."""
