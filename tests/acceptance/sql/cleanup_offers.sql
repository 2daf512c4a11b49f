-- Offers that nobody answered in time, with the entry of the waiting list they were made to.
SELECT id::text AS subject, waitlist_id::text AS entry FROM stale_offer;
