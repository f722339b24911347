"""The OpenAI API, spoken by workflows: each is a model. Read `routes.py` first."""
