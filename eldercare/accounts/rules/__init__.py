"""Who may put whom in which post. Pure."""
