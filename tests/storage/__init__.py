"""What storage promises, on Postgres and SQLite alike."""
