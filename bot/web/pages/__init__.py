"""The pages: what each shows, as sections of blocks that chats show too."""
