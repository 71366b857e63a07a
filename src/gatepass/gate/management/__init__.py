"""What the doors of the management API share: who calls, pages of lists, versions, and repeats that change nothing."""
