"""What the operations of /api/v1 share: reading a call, answering it, repeating it safely, describing it in OpenAPI."""
