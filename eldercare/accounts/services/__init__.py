"""What happens to accounts and posts: one verb, one function, one transaction."""
