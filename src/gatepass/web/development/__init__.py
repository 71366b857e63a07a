"""The pages of a server in development: the start page and the mailbox. They do not exist in production."""
