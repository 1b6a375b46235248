"""How text is read, when it is put in and when it is asked for: the same way."""
