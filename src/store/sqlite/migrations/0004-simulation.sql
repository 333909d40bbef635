-- What the simulation of random histories found missing.

-- When we heard last that the person has another number. What was claimed before went to the old one.
ALTER TABLE contact ADD COLUMN moved_at INTEGER;
