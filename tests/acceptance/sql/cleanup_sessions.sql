-- Incomplete sessions that nobody touched for seven days: those with clinical content stay.
SELECT session.id::text AS subject, has_content AS kept
FROM session, asked
WHERE incomplete AND touched_at < as_of - interval '7 days';
