ALTER TABLE server DROP COLUMN usage_data_sent_at;
ALTER TABLE server DROP COLUMN sends_usage_data;
DROP TABLE storage_entries;
DROP TABLE vault_versions;
DROP TABLE vaults;
DROP TABLE group_members;
DROP TRIGGER workspaces_groups;
DROP TABLE groups;
