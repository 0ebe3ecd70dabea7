"""From a text to drafts of attributions: speaker, stance, figures, dates, names, and how sure each is."""
