"""Pure decisions about organizations: what may be written of one, and who may be a member."""
