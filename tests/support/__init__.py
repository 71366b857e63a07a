"""What tests of every slice stand on: databases, browsers, servers and mailboxes that are real and private to a run."""
