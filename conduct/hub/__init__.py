"""Where the text and the model come from: a folder, the Hub, its cache, or the bundled copy."""
