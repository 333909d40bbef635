-- The most that a delivery may cost, by the bid of its template.

-- For 1,000 deliveries, in the smallest unit of the currency; NULL where the price card decides. It is content, and never changes either: another bid is another
-- version, so that a message points at the one that it was reserved by.
ALTER TABLE template ADD COLUMN bid_amount INTEGER CHECK (bid_amount > 0);
DROP TRIGGER template_no_update;
CREATE TRIGGER template_no_update
BEFORE UPDATE OF id, sender_id, name, language, category, status, parameter_format, parameters, components, ttl_seconds, bid_amount, content_hash, added_at ON template
BEGIN SELECT RAISE(ABORT, 'template never changes'); END;
