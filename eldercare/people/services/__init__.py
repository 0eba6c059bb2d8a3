"""What happens to elders, consents, those beside them and letters: one verb, one function, one transaction."""
