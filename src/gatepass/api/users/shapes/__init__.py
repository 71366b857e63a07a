"""What users look like on the wire, in both directions; odd spellings are the documented ones."""
