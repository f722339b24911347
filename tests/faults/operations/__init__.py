"""Operation under load: what an operator does to a deployment, and what goes wrong beneath it, while people talk."""
