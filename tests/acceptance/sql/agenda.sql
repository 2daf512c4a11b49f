-- How many appointments each organization has on the day itself; a cancelled one is none.
SELECT organization_id::text AS organization, count(*) AS amount
FROM appointment, asked
WHERE day = slot AND status IS DISTINCT FROM 'cancelled'
GROUP BY organization_id;
