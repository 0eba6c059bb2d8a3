"""How names, numbers and addresses are shown to those who need not read them whole."""


def mask_name(name: str) -> str:
    """Keep the first character.

    >>> mask_name("王桂兰"), mask_name("")
    ('王**', '')
    """
    return name[:1] + "*" * (len(name) - 1)


def mask_id(number: str) -> str:
    """Keep the first three and the last two characters, in a width that fits a phone.

    >>> mask_id("11010519491231002X")
    '110****2X'
    """
    return f"{number[:3]}****{number[-2:]}" if number else ""


def mask_phone(phone: str) -> str:
    """Keep three and four digits.

    >>> mask_phone("13800001234")
    '138****1234'
    """
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""


def mask_email(email: str) -> str:
    """Keep the first character and the domain.

    >>> mask_email("lina@example.org")
    'l***@example.org'
    """
    name, at, domain = email.partition("@")
    return f"{name[:1]}***{at}{domain}" if email else ""


def mask_address(address: str) -> str:
    """Mask a phone number or an e-mail address."""
    return mask_email(address) if "@" in address else mask_phone(address)
