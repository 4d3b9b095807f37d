"""What people see: the page, the embed, and the server around them."""
