-- Accounts: a name to sort by, and what an operator may ask for. A pseudonym stands for a deleted one. `email_proven`: the
-- person holds the mailbox, or somebody who may invite vouched for the address.
ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN email_proven BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN must_change_password BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN deleted_at TIMESTAMP;
UPDATE users SET name_key = lower(name);
UPDATE users SET email_proven = TRUE WHERE is_operator OR EXISTS (
    SELECT 1 FROM invitations WHERE invitations.used_by = users.id AND invitations.email_key = users.email_key
);
CREATE INDEX users_by_name ON users (name_key, id);
CREATE INDEX users_by_age ON users (created_at, id);

-- Workspaces: how many members they have, counted by the database itself, and how many they may have.
ALTER TABLE workspaces ADD COLUMN member_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE workspaces ADD COLUMN max_members BIGINT;
UPDATE workspaces SET member_count = (SELECT count(*) FROM members WHERE members.workspace_id = workspaces.id);
CREATE INDEX workspaces_by_owner ON workspaces (owner_id);

-- Members: the name to sort by stands beside the membership, so that a page costs the page.
ALTER TABLE members ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE members SET name_key = (SELECT users.name_key FROM users WHERE users.id = members.user_id);
CREATE INDEX members_by_name ON members (workspace_id, name_key, user_id);
CREATE INDEX members_by_age ON members (workspace_id, added_at, user_id);
CREATE INDEX members_by_role ON members (workspace_id, role);

CREATE TRIGGER members_joined AFTER INSERT ON members BEGIN
    UPDATE workspaces SET member_count = member_count + 1 WHERE id = NEW.workspace_id;
    UPDATE members SET name_key = (SELECT users.name_key FROM users WHERE users.id = NEW.user_id)
        WHERE workspace_id = NEW.workspace_id AND user_id = NEW.user_id;
END;
CREATE TRIGGER members_left AFTER DELETE ON members BEGIN
    UPDATE workspaces SET member_count = member_count - 1 WHERE id = OLD.workspace_id;
END;
CREATE TRIGGER users_renamed AFTER UPDATE OF name_key ON users BEGIN
    UPDATE members SET name_key = NEW.name_key WHERE user_id = NEW.id;
END;

-- Invitations can be declined.
ALTER TABLE invitations ADD COLUMN declined_at TIMESTAMP;
CREATE INDEX invitations_by_address ON invitations (email_key);
CREATE INDEX invitations_by_sender ON invitations (workspace_id, invited_by);

-- What an account is told. Names are those of that time; `actor_id` finds them again when an account is deleted.
CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    actor_id TEXT REFERENCES users (id),
    actor_name TEXT,
    workspace_id TEXT,
    workspace_name TEXT,
    role TEXT,
    invitation_id TEXT,
    created_at TIMESTAMP NOT NULL,
    read_at TIMESTAMP
);
CREATE INDEX notifications_by_account ON notifications (user_id, created_at, id);
CREATE INDEX notifications_by_actor ON notifications (actor_id);
CREATE INDEX notifications_by_invitation ON notifications (invitation_id);

-- One row, counted up whenever somebody is told something. Every process that holds streams open watches it.
CREATE TABLE notice_epoch (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    value BIGINT NOT NULL
);
INSERT INTO notice_epoch (id, value) VALUES (1, 0);

-- The journal is asked by action, by actor (also in every chain) and by subject. An anchor is the last entry that the retention setting removed:
-- from it the chain can still be verified.
CREATE INDEX audit_entries_by_action ON audit_entries (chain, action, seq);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, chain, seq);
CREATE INDEX audit_entries_by_subject ON audit_entries (chain, subject_id, seq);
CREATE INDEX audit_entries_by_time ON audit_entries (chain, at);
CREATE TABLE audit_anchors (
    chain TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    removed_at TIMESTAMP NOT NULL
);

-- What somebody's own calls were, for their own data.
CREATE INDEX call_counts_by_user ON call_counts (user_id, day);
