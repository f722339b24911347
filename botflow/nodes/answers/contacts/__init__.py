"""How to reach people: e-mail, telephone, web addresses."""
