"""Free text and short codes: split into words, learnt as what many rows share, masked, or changed word by word."""
