-- Finding members by any part of name or address, in a time that does not grow with the workspace. What is searched stands
-- beside the membership: name and address in lower case, on a line each, with one form of the Greek sigma.
ALTER TABLE members ADD COLUMN search_key TEXT NOT NULL DEFAULT '';

-- The index, of SQLite alone: for each place of the text the one, two and three characters that begin there, each as one
-- word behind the workspace's id, so that a search never reads what belongs to another workspace. Characters are written
-- as the hex digits of their bytes. Three characters in a row are found as a phrase of overlapping words: the index alone
-- says who matches. `member_search_rows` gives each membership the number that it has in the index.
CREATE TABLE member_search_rows (
    id INTEGER NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    UNIQUE (workspace_id, user_id)
);
CREATE VIRTUAL TABLE member_search USING fts5(one, two, three, content='', contentless_delete=1, tokenize='ascii');

-- The places of the longest text that there can be, because a trigger cannot count.
CREATE TABLE member_search_places (n INTEGER NOT NULL PRIMARY KEY);
INSERT INTO member_search_places (n)
    WITH RECURSIVE places (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM places LIMIT 800) SELECT n FROM places;

CREATE TRIGGER members_found AFTER UPDATE OF search_key ON members BEGIN
    DELETE FROM member_search WHERE rowid = (
        SELECT id FROM member_search_rows WHERE workspace_id = NEW.workspace_id AND user_id = NEW.user_id
    );
    INSERT INTO member_search (rowid, one, two, three) SELECT
        id,
        (SELECT group_concat(NEW.workspace_id || hex(substr(NEW.search_key, n, 1)), ' ' ORDER BY n)
            FROM member_search_places WHERE n <= length(NEW.search_key)),
        (SELECT group_concat(NEW.workspace_id || hex(substr(NEW.search_key, n, 2)), ' ' ORDER BY n)
            FROM member_search_places WHERE n < length(NEW.search_key)),
        (SELECT group_concat(NEW.workspace_id || hex(substr(NEW.search_key, n, 3)), ' ' ORDER BY n)
            FROM member_search_places WHERE n < length(NEW.search_key) - 1)
        FROM member_search_rows WHERE workspace_id = NEW.workspace_id AND user_id = NEW.user_id;
END;
CREATE TRIGGER members_searchable AFTER INSERT ON members BEGIN
    INSERT INTO member_search_rows (workspace_id, user_id) VALUES (NEW.workspace_id, NEW.user_id);
    UPDATE members SET search_key = (
        SELECT replace(users.name_key || char(10) || users.email_key, 'ς', 'σ') FROM users WHERE users.id = NEW.user_id
    ) WHERE workspace_id = NEW.workspace_id AND user_id = NEW.user_id;
END;
CREATE TRIGGER members_lost AFTER DELETE ON members BEGIN
    DELETE FROM member_search WHERE rowid = (
        SELECT id FROM member_search_rows WHERE workspace_id = OLD.workspace_id AND user_id = OLD.user_id
    );
    DELETE FROM member_search_rows WHERE workspace_id = OLD.workspace_id AND user_id = OLD.user_id;
END;
CREATE TRIGGER users_searchable AFTER UPDATE OF name_key, email_key ON users BEGIN
    UPDATE members SET search_key = replace(NEW.name_key || char(10) || NEW.email_key, 'ς', 'σ') WHERE user_id = NEW.id;
END;

INSERT INTO member_search_rows (workspace_id, user_id) SELECT workspace_id, user_id FROM members;
UPDATE members SET search_key = (
    SELECT replace(users.name_key || char(10) || users.email_key, 'ς', 'σ') FROM users WHERE users.id = members.user_id
);
