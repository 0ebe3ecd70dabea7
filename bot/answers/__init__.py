"""From facts to attributed sentences, citations and labels. Pure: no input or output."""
