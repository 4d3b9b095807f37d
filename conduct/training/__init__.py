"""Learning, fitting reports and measuring; nothing that serves imports it."""
