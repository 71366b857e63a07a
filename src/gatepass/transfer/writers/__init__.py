"""Writers: one person after another into a file that the other product takes, and that our own reader takes back."""
