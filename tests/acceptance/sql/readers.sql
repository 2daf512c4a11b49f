-- Who receives reports by their role, and what stands against it, in the order in which it is given.
CREATE TEMP VIEW reader AS
SELECT staff.id, organization.id AS organization_id, email,
       CASE WHEN NOT open THEN 'organization_inactive'
            WHEN NOT active THEN 'inactive'
            WHEN NOT email_on THEN 'channel_disabled'
            WHEN coalesce(email, '') !~ '\S' THEN 'no_contact'
            WHEN NOT EXISTS (SELECT FROM usable WHERE kind = 'email' AND typed = email)
            THEN 'invalid_contact' END AS against
FROM staff JOIN organization ON organization.id = staff.organization_id
WHERE role IN ('admin', 'fisioterapeuta');
