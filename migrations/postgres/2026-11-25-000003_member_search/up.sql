-- Finding members by any part of name or address, in a time that does not grow with the workspace. What is searched stands
-- beside the membership: name and address in lower case, on a line each, with one form of the Greek sigma.
ALTER TABLE members ADD COLUMN search_key TEXT NOT NULL DEFAULT '';

CREATE FUNCTION members_searchable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_key := (
        SELECT replace(users.name_key || chr(10) || users.email_key, 'ς', 'σ') FROM users WHERE users.id = NEW.user_id
    );
    RETURN NEW;
END $$;
CREATE TRIGGER members_searchable BEFORE INSERT ON members FOR EACH ROW EXECUTE FUNCTION members_searchable();
CREATE FUNCTION users_searchable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members SET search_key = replace(NEW.name_key || chr(10) || NEW.email_key, 'ς', 'σ') WHERE user_id = NEW.id;
    RETURN NEW;
END $$;
CREATE TRIGGER users_searchable AFTER UPDATE OF name_key, email_key ON users
    FOR EACH ROW EXECUTE FUNCTION users_searchable();
UPDATE members SET search_key = (
    SELECT replace(users.name_key || chr(10) || users.email_key, 'ς', 'σ') FROM users WHERE users.id = members.user_id
);

-- The index, of PostgreSQL alone and without an extension, which not every server may create: for each place of the text
-- the one, two and three characters that begin there, each behind the workspace's id, so that a search never reads what
-- belongs to another workspace.
CREATE FUNCTION member_grams(workspace TEXT, key TEXT) RETURNS TEXT[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT workspace || substr(key, place, size)), '{}')
        FROM generate_series(1, 3) size, generate_series(1, length(key) - size + 1) place
$$;
-- Without a list of pending entries, which every search would have to read whole.
CREATE INDEX members_by_text ON members USING gin (member_grams(workspace_id, search_key)) WITH (fastupdate = off);
-- The only way to ask it: the planner would rather compute what is in the index row by row, a thousand times slower. `grams`
-- name the workspace; the pattern sorts out whoever has them in other places.
CREATE FUNCTION members_found(grams TEXT[], pattern TEXT, most BIGINT) RETURNS SETOF members LANGUAGE sql STABLE
    SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
    SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
    SELECT members.* FROM members
        WHERE member_grams(members.workspace_id, members.search_key) @> grams AND members.search_key LIKE pattern LIMIT most
$$;
