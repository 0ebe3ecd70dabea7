"""What is kept about people and their chats: accounts, roles, dialogues, questions, buttons."""
