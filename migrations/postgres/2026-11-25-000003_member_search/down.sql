DROP FUNCTION members_found;
DROP INDEX members_by_text;
DROP FUNCTION member_grams;
DROP TRIGGER users_searchable ON users;
DROP TRIGGER members_searchable ON members;
DROP FUNCTION users_searchable;
DROP FUNCTION members_searchable;
ALTER TABLE members DROP COLUMN search_key;
