"""What messages of the bot hold, and what becomes of them: marks, a menu, sharing, deleting."""
