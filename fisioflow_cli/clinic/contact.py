"""Addresses as people type them: what of them can be used."""

import re

import phonenumbers

# The form that browsers accept for <input type=email> (WHATWG HTML, "valid e-mail address"), with a
# dot required in the domain: nobody outside has a mailbox at a bare host name.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:\.{LABEL})+")
LONGEST_EMAIL = 254


def usable_email(typed: str | None) -> str | None:
    """The e-mail address in what was typed; None if it cannot be one."""
    address = (typed or "").strip()
    return address if len(address) <= LONGEST_EMAIL and EMAIL.fullmatch(address) else None


def usable_phone(typed: str | None) -> str | None:
    """The phone number in E.164 (`+5511987654321`), read as Brazilian unless it says otherwise.

    None if no such number can be assigned: a missing area code, too few digits, letters.
    """
    try:
        number = phonenumbers.parse(typed or "", "BR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
