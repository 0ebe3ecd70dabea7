"""Forms, and the dialogue that fills them in; nothing here knows a single command's business."""
