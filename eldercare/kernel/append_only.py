"""Rows that are written once: a trigger refuses UPDATE and DELETE, whoever asks."""

import pgtrigger


def written_once(name: str) -> pgtrigger.Trigger:
    """Give the trigger for a model's `Meta.triggers`; the name is the sentence in the error."""
    return pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete)
