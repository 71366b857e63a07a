"""What users hold to prove who they are, for operators."""
