"""What people see of pledges before readers do: writing, one's own pledges, translating."""
