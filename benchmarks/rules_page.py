def page(kept):
    return "x"
