-- Groups. Each workspace has four that the database makes with it; who is in *Users*, *Admins* and *Service Accounts* follows
-- from the membership, so only the others have rows in `group_members`.
CREATE TABLE groups (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    UNIQUE (workspace_id, name_key)
);
CREATE INDEX groups_by_kind ON groups (workspace_id, kind);
CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    workspace_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    added_at TIMESTAMP NOT NULL,
    PRIMARY KEY (group_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX group_members_by_user ON group_members (workspace_id, user_id, group_id);

CREATE TRIGGER workspaces_groups AFTER INSERT ON workspaces BEGIN
    INSERT INTO groups (id, workspace_id, kind, name, name_key) VALUES
        (lower(hex(randomblob(16))), NEW.id, 'users', 'Users', 'users'),
        (lower(hex(randomblob(16))), NEW.id, 'admins', 'Admins', 'admins'),
        (lower(hex(randomblob(16))), NEW.id, 'queue_admins', 'Queue admins', 'queue admins'),
        (lower(hex(randomblob(16))), NEW.id, 'service_accounts', 'Service Accounts', 'service accounts');
END;
INSERT INTO groups (id, workspace_id, kind, name, name_key)
    SELECT lower(hex(randomblob(16))), workspaces.id, kinds.kind, kinds.name, lower(kinds.name) FROM workspaces CROSS JOIN (
        SELECT 'users' AS kind, 'Users' AS name UNION ALL SELECT 'admins', 'Admins'
        UNION ALL SELECT 'queue_admins', 'Queue admins' UNION ALL SELECT 'service_accounts', 'Service Accounts'
    ) AS kinds;

-- Vaults: one of each member (`owner_id`), and those of administrators, each for one group and in an order (`position`). What
-- is in them stands in their versions; `version` is the one that counts.
CREATE TABLE vaults (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    owner_id TEXT,
    group_id TEXT REFERENCES groups (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    target TEXT NOT NULL,
    is_active BOOLEAN NOT NULL,
    is_enforced BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    updated_by TEXT NOT NULL REFERENCES users (id),
    CHECK ((owner_id IS NULL) <> (group_id IS NULL)),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES members (workspace_id, user_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX vaults_personal ON vaults (workspace_id, owner_id) WHERE owner_id IS NOT NULL;
CREATE UNIQUE INDEX vaults_by_name ON vaults (workspace_id, name_key) WHERE group_id IS NOT NULL;
CREATE INDEX vaults_by_order ON vaults (workspace_id, position, id) WHERE group_id IS NOT NULL;
-- With the workspace, so that no other index looks better to whoever knows only how many columns it narrows down.
CREATE INDEX vaults_by_group ON vaults (group_id, workspace_id);
CREATE INDEX vaults_by_author ON vaults (updated_by);

-- Every save. The content is sealed for the place `vault/<vault>/<version>`.
CREATE TABLE vault_versions (
    vault_id TEXT NOT NULL REFERENCES vaults (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    format TEXT NOT NULL,
    sealed_content TEXT NOT NULL,
    line_count BIGINT NOT NULL,
    byte_count BIGINT NOT NULL,
    entry_count BIGINT,
    restored_from BIGINT,
    saved_at TIMESTAMP NOT NULL,
    saved_by TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (vault_id, version)
);
CREATE INDEX vault_versions_by_author ON vault_versions (saved_by);

-- Access to cloud storage for one's browser. Secret and token are sealed for the place `storage/<id>/secret` and `/token`.
CREATE TABLE storage_entries (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    provider TEXT NOT NULL,
    bucket TEXT NOT NULL,
    access_key TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    sealed_token TEXT,
    region TEXT,
    host TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX storage_entries_by_user ON storage_entries (user_id, created_at, id);

-- Whether the operator chose to send anonymous usage data: nothing until they chose. And when it was last sent.
ALTER TABLE server ADD COLUMN sends_usage_data BOOLEAN;
ALTER TABLE server ADD COLUMN usage_data_sent_at TIMESTAMP;
