"""What a login element needs to know before anybody signs in: an application's public configuration."""
