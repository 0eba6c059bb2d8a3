"""Reading the digits of a code as people type them."""


def plain_digits(text: str) -> str:
    """Keep the digits, of whatever width, and drop everything else.

    >>> plain_digits(" １２３ 456-7x")
    '1234567'
    """
    return "".join(str(int(character)) for character in text if character.isdecimal())
