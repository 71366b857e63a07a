"""What a client shows of itself: its network, its place and its device. None of it proves anything."""
