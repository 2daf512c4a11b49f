"""What is written to people: Brazilian Portuguese texts, data in, subject and body out.

Every function here is pure. None knows by which channel or to which address its text goes.
"""
