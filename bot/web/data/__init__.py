"""The public record as data: a JSON API with its description, feeds, linked data and spreadsheets."""
