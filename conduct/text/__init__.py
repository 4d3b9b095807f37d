"""A code of conduct as people write it: Markdown to sections, passages and sentences. Pure."""
