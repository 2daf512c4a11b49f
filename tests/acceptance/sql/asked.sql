-- Asked of every question: the day that is done, the instant it is done for, and now.
CREATE TEMP TABLE asked (slot date, as_of timestamptz, present timestamptz);
-- What was typed as an 'email' or a 'phone' and can be used.
CREATE TEMP TABLE usable (kind text, typed text);
