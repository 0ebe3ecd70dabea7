"""Questions beyond the words of one message: what they lean on, and other stories that answer them."""
