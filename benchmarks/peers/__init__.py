"""Synthetic tables of other tools, made once, so that scores can be had again without training them."""
