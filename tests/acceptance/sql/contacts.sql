-- Everything that was typed as an e-mail address or a phone number.
SELECT 'email' AS kind, email AS typed FROM patient WHERE email ~ '\S'
UNION SELECT 'email', email FROM staff WHERE email ~ '\S'
UNION SELECT 'phone', phone FROM patient WHERE phone ~ '\S';
