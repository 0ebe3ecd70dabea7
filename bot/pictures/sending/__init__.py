"""Pictures on their way into chats: drawn beside the loop, captioned, and drawn anew once they are wrong."""
