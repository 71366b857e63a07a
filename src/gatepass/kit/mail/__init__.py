"""Where mail goes and by what way: the address of a person, and the URL of a mail server. Pure reading, no network."""
