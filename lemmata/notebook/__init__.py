"""The notebook: magics and rich display."""
