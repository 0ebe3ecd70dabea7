-- Messages that have led to a write, by the platform's number: one that comes again after a crash does nothing twice.
CREATE TABLE handled (
    message TEXT PRIMARY KEY,
    handling TEXT NOT NULL,
    at TEXT NOT NULL
);
