-- What was sent more than ninety days ago.
SELECT id::text AS subject FROM old_notification;
