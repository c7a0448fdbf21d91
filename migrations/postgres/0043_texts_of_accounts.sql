-- PostgreSQL reads rows after their index anyway, to see whether they are visible.
SELECT 1;
