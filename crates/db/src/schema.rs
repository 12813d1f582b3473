//! Every table, for both databases. `migrations/` makes them; a test keeps the two in step.

#![expect(
    missing_docs,
    reason = "the tables are described where they are made, in migrations/"
)]

diesel::table! {
    server (id) {
        id -> BigInt, hosting -> Text, set_up_at -> Timestamp, sends_usage_data -> Nullable<Bool>,
        usage_data_sent_at -> Nullable<Timestamp>,
    }
}
diesel::table! { access_epoch (id) { id -> BigInt, value -> BigInt } }
diesel::table! {
    users (id) {
        id -> Text, name -> Text, email -> Text, email_key -> Text, password_hash -> Nullable<Text>,
        is_operator -> Bool, is_disabled -> Bool, created_at -> Timestamp, last_sign_in_at -> Nullable<Timestamp>,
        name_key -> Text, email_proven -> Bool, must_change_password -> Bool, deleted_at -> Nullable<Timestamp>,
    }
}
diesel::table! { preferences (user_id) { user_id -> Text, content -> Text } }
diesel::table! {
    workspaces (id) {
        id -> Text, name -> Text, owner_id -> Text, personal_of -> Nullable<Text>,
        max_credential_days -> Nullable<BigInt>, created_at -> Timestamp, member_count -> BigInt,
        max_members -> Nullable<BigInt>,
    }
}
diesel::table! {
    members (workspace_id, user_id) {
        workspace_id -> Text, user_id -> Text, role -> Text, added_at -> Timestamp, name_key -> Text,
        search_key -> Text,
    }
}
diesel::table! {
    credentials (access_key) {
        access_key -> Text, workspace_id -> Text, user_id -> Text, label -> Text, secret_hash -> Text,
        created_at -> Timestamp, expires_at -> Nullable<Timestamp>, revoked_at -> Nullable<Timestamp>,
        revoked_by -> Nullable<Text>, rotated_from -> Nullable<Text>, rotated_to -> Nullable<Text>,
        rotated_at -> Nullable<Timestamp>, last_used_at -> Nullable<Timestamp>, last_used_from -> Nullable<Text>,
    }
}
diesel::table! {
    sessions (id) {
        id -> Text, token_hash -> Text, user_id -> Text, created_at -> Timestamp, last_seen_at -> Timestamp,
        expires_at -> Timestamp, address -> Text, user_agent -> Text,
    }
}
diesel::table! {
    one_time_links (token_hash) {
        token_hash -> Text, kind -> Text, user_id -> Nullable<Text>, created_at -> Timestamp, expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    invitations (id) {
        id -> Text, workspace_id -> Text, token_hash -> Text, email -> Nullable<Text>, email_key -> Nullable<Text>,
        role -> Text, invited_by -> Text, created_at -> Timestamp, expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>, used_by -> Nullable<Text>, revoked_at -> Nullable<Timestamp>,
        declined_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    throttles (kind, subject) {
        kind -> Text, subject -> Text, failures -> BigInt, last_failure_at -> Timestamp, blocked_until -> Timestamp,
    }
}
diesel::table! {
    idempotency (caller, idempotency_key) {
        caller -> Text, idempotency_key -> Text, request_hash -> Text, status -> Nullable<BigInt>,
        location -> Nullable<Text>, sealed_body -> Nullable<Text>, created_at -> Timestamp,
    }
}
diesel::table! {
    audit_entries (chain, seq) {
        chain -> Text, seq -> BigInt, at -> Timestamp, actor_kind -> Text, actor_id -> Nullable<Text>,
        actor_credential -> Nullable<Text>, address -> Text, action -> Text, subject_kind -> Text, subject_id -> Text,
        before -> Nullable<Text>, after -> Nullable<Text>, hash -> Text,
    }
}
diesel::table! {
    audit_anchors (chain) { chain -> Text, seq -> BigInt, hash -> Text, removed_at -> Timestamp }
}
diesel::table! {
    notifications (id) {
        id -> Text, user_id -> Text, kind -> Text, actor_id -> Nullable<Text>, actor_name -> Nullable<Text>,
        workspace_id -> Nullable<Text>, workspace_name -> Nullable<Text>, role -> Nullable<Text>, invitation_id -> Nullable<Text>,
        created_at -> Timestamp, read_at -> Nullable<Timestamp>,
    }
}
diesel::table! {
    groups (id) { id -> Text, workspace_id -> Text, kind -> Text, name -> Text, name_key -> Text }
}
diesel::table! {
    group_members (group_id, user_id) {
        group_id -> Text, workspace_id -> Text, user_id -> Text, added_at -> Timestamp,
    }
}
diesel::table! {
    vaults (id) {
        id -> Text, workspace_id -> Text, owner_id -> Nullable<Text>, group_id -> Nullable<Text>, name -> Text,
        name_key -> Text, target -> Text, is_active -> Bool, is_enforced -> Bool, position -> BigInt, version -> BigInt,
        created_at -> Timestamp, updated_at -> Timestamp, updated_by -> Text,
    }
}
diesel::table! {
    vault_versions (vault_id, version) {
        vault_id -> Text, version -> BigInt, format -> Text, sealed_content -> Text, line_count -> BigInt,
        byte_count -> BigInt, entry_count -> Nullable<BigInt>, restored_from -> Nullable<BigInt>, saved_at -> Timestamp,
        saved_by -> Text,
    }
}
diesel::table! {
    storage_entries (id) {
        id -> Text, user_id -> Text, provider -> Text, bucket -> Text, access_key -> Text, sealed_secret -> Text,
        sealed_token -> Nullable<Text>, region -> Nullable<Text>, host -> Nullable<Text>, created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}
diesel::table! { notice_epoch (id) { id -> BigInt, value -> BigInt } }
diesel::table! { audit_chains (chain) { chain -> Text, seq -> BigInt, hash -> Text } }
diesel::table! {
    call_counts (workspace_id, day, endpoint, user_id, credential, instance) {
        day -> Date, workspace_id -> Text, user_id -> Text, credential -> Text, endpoint -> Text, instance -> Text,
        calls -> BigInt,
    }
}
diesel::table! {
    outbox (id) {
        id -> Text, recipient -> Text, subject -> Text, sealed_body -> Text, created_at -> Timestamp,
        send_after -> Timestamp, attempts -> BigInt, last_error -> Nullable<Text>, sent_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(members -> users (user_id));
diesel::joinable!(members -> workspaces (workspace_id));
diesel::joinable!(credentials -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(invitations -> workspaces (workspace_id));
diesel::joinable!(invitations -> users (invited_by));
diesel::joinable!(workspaces -> users (owner_id));
diesel::joinable!(notifications -> users (user_id));
diesel::joinable!(vaults -> groups (group_id));
diesel::joinable!(vault_versions -> vaults (vault_id));
diesel::joinable!(group_members -> groups (group_id));
diesel::allow_tables_to_appear_in_same_query!(access_epoch, notice_epoch);
diesel::allow_tables_to_appear_in_same_query!(
    users,
    workspaces,
    members,
    credentials,
    sessions,
    preferences,
    invitations,
    notifications,
    groups,
    group_members,
    vaults,
    vault_versions,
    storage_entries,
    audit_entries,
    audit_chains
);
