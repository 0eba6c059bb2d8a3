"""What the gallery shows."""
def context(query):
    return {}
