"""What programs call: HTTP, gradio_client, MCP."""
