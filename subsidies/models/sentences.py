"""What a trigger of this floor says when it refuses: its name, as a CHECK would. Knows no table."""


def refusing(name: str, *, when: str) -> str:
    """Give the body of a row trigger that refuses the row `when` a condition in SQL holds."""
    return f"""
IF {when} THEN
    RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
END IF;
RETURN NEW;
"""
