"""What look-ups of the management API share: its scopes, how far a caller sees, and pages of long lists."""
