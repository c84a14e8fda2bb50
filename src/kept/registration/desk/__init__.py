"""The secretariat's screens of the room registration."""
