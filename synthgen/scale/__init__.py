"""Tables bigger than memory: read, generated, compared and written in pieces."""
