"""What several parts of the management API write alike: shapes of JSON, and rows of the endpoint table."""
