DROP TRIGGER users_searchable;
DROP TRIGGER members_lost;
DROP TRIGGER members_searchable;
DROP TRIGGER members_found;
DROP TABLE member_search_places;
DROP TABLE member_search;
DROP TABLE member_search_rows;
ALTER TABLE members DROP COLUMN search_key;
