"""What stands between the network and the app: each protection in a module of its own."""
