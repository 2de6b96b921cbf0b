"""What people write becomes what it means."""
