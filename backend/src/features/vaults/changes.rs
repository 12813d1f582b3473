//! What changes vaults: lock, rule, query and journal in one transaction. The journal says how large a content is and which save it
//! is, and nothing of what is in it.

use db::{Conn, columns};
use secrets::keys::InstanceKeys;
use serde::Serialize;
use shared::{
    error::ErrorCode,
    ids::{GroupId, VaultId},
    permission::Permission,
    text::SecretText,
    vaults::{
        NewVault, PersonalVault, PersonalVaultChange, Vault, VaultChange, VaultTarget, VaultWithContent,
    },
};

use super::{
    content, reading, rules,
    saving::{self, Draft, Whole},
    store::{
        self, Sealed, VaultRow,
        write::{self, Changed, NewRow},
    },
};
use crate::{
    access::Scope,
    audit::{Entry, Tx},
    error::AppError,
    features::{credentials::store as credentials, groups::store as groups, workspaces::store as workspaces},
};

/// What the journal keeps of a vault.
#[derive(Serialize)]
struct Noted<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    target: &'static str,
    format: &'static str,
    is_active: bool,
    is_enforced: bool,
    version: i64,
    lines: i64,
    bytes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restored_from: Option<i64>,
}

impl<'a> Noted<'a> {
    fn of(row: &'a VaultRow) -> Self {
        Self {
            name: &row.name,
            group: row.group_name.as_deref(),
            target: row.target.0.as_str(),
            format: row.format.0.as_str(),
            is_active: row.is_active,
            is_enforced: row.is_enforced,
            version: row.version,
            lines: row.lines,
            bytes: row.bytes,
            entries: row.entries,
            restored_from: None,
        }
    }
}

/// A vault with what is in it, as it is stored; nothing if that cannot be opened.
struct Held {
    row: VaultRow,
    sealed: Sealed,
}

impl Held {
    fn of(tx: &mut Tx<'_>, scope: &Scope, row: VaultRow) -> Result<Self, AppError> {
        let sealed = store::sealed(tx.conn, scope, row.id, row.version)?;
        Ok(Self { row, sealed })
    }

    /// The content as it is shown. What cannot be opened is shown empty here: it can still be replaced.
    fn shown(&self, keys: &InstanceKeys) -> SecretText {
        content::shown(keys, &self.row, &self.sealed)
            .unwrap_or_else(|_told_in_the_log| SecretText::new(String::new()))
    }

    /// One's own vault as a read answers it.
    fn personal(&self, keys: &InstanceKeys) -> Result<PersonalVault, AppError> {
        Ok(PersonalVault {
            vault: Some(self.row.clone().try_into()?),
            content: self.shown(keys),
        })
    }

    /// A vault of administrators as a read answers it.
    fn with_content(&self, keys: &InstanceKeys) -> Result<VaultWithContent, AppError> {
        Ok(VaultWithContent {
            vault: self.row.clone().try_into()?,
            content: self.shown(keys),
        })
    }

    fn stored(&self, keys: &InstanceKeys) -> Option<secrets::secret::Secret> {
        content::open(
            keys,
            self.row.id.into(),
            self.row.version,
            &self.sealed.sealed_content,
        )
        .ok()
    }

    /// The content of a draft, unless it is what is there already.
    fn renewed(&self, keys: &InstanceKeys, draft: Option<Draft>) -> Result<Option<Whole>, AppError> {
        let Some(draft) = draft else {
            return Ok(None);
        };
        let before = self.stored(keys);
        let before = before.as_ref().map(secrets::secret::Secret::expose);
        let whole = saving::whole(draft, before)?;
        let is_the_same = before == Some(whole.text.expose()) && self.row.format.0 == whole.format;
        Ok((!is_the_same).then_some(whole))
    }
}

/// Changes the caller's own vault, and makes it if there is none. `matches` sees what a read would answer, and may refuse.
pub fn change_personal(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &InstanceKeys,
    id: VaultId,
    wanted: &PersonalVaultChange,
    draft: Option<Draft>,
    matches: impl Fn(&PersonalVault) -> Result<(), AppError>,
) -> Result<PersonalVault, AppError> {
    credentials::take_turn(tx.conn, scope)?;
    let Some(row) = store::personal(tx.conn, scope)? else {
        let none = PersonalVault::none();
        matches(&none)?;
        if wanted.is_active.is_none() && draft.is_none() {
            tx.needs_no_entry("nothing was to be saved");
            return Ok(none);
        }
        let draft = draft.unwrap_or(Draft::Config(wanted.format.unwrap_or_default(), none.content));
        let is_active = wanted.is_active.unwrap_or(true);
        return first(tx, scope, keys, personal_row(tx, scope, id, is_active), draft)?.personal(keys);
    };
    let held = Held::of(tx, scope, row)?;
    matches(&held.personal(keys)?)?;
    let mut changed = unchanged(tx, scope, &held.row);
    changed.is_active = wanted.is_active.unwrap_or(held.row.is_active);
    let whole = held.renewed(keys, draft)?;
    apply(tx, scope, keys, held, changed, whole)?.personal(keys)
}

fn personal_row(tx: &Tx<'_>, scope: &Scope, id: VaultId, is_active: bool) -> NewRow {
    NewRow {
        id: id.into(),
        workspace_id: scope.workspace_id(),
        owner_id: Some(scope.user_id()),
        group_id: None,
        name: rules::PERSONAL_NAME.to_owned(),
        name_key: rules::PERSONAL_NAME.to_lowercase(),
        target: VaultTarget::Config.into(),
        is_active,
        is_enforced: false,
        position: 0,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        updated_by: scope.user_id(),
    }
}

/// Makes a vault of administrators, the last in the order.
pub fn create(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &InstanceKeys,
    id: VaultId,
    wanted: &NewVault,
    draft: Draft,
) -> Result<Vault, AppError> {
    workspaces::lock_for(tx.conn, scope, Permission::VaultsManage)?;
    let group = group(tx, scope, wanted.group_id)?;
    let row = NewRow {
        group_id: Some(group),
        owner_id: None,
        name: wanted.name.as_str().to_owned(),
        name_key: wanted.name.as_str().to_lowercase(),
        target: wanted.target.into(),
        is_enforced: wanted.is_enforced,
        position: write::end_of_order(tx.conn, scope)?,
        ..personal_row(tx, scope, id, wanted.is_active)
    };
    let held = first(tx, scope, keys, row, draft)?;
    check_room(tx, scope)?;
    held.row.try_into()
}

/// Changes a vault of administrators. `matches` sees what a read would answer, and may refuse.
pub fn change(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &InstanceKeys,
    id: VaultId,
    wanted: &VaultChange,
    draft: Option<Draft>,
    matches: impl Fn(&VaultWithContent) -> Result<(), AppError>,
) -> Result<VaultWithContent, AppError> {
    let held = locked(tx, scope, id)?;
    let held = Held::of(tx, scope, held)?;
    matches(&held.with_content(keys)?)?;
    let mut changed = unchanged(tx, scope, &held.row);
    if let Some(wanted) = wanted.group_id {
        changed.group_id = Some(group(tx, scope, wanted)?);
    }
    if let Some(name) = &wanted.name {
        name.as_str().clone_into(&mut changed.name);
        changed.name_key = name.as_str().to_lowercase();
    }
    changed.is_active = wanted.is_active.unwrap_or(held.row.is_active);
    changed.is_enforced = wanted.is_enforced.unwrap_or(held.row.is_enforced);
    let whole = held.renewed(keys, draft)?;
    apply(tx, scope, keys, held, changed, whole)?.with_content(keys)
}

/// Moves a vault of administrators before another one, or to the end. Answers all of them in their new order.
pub fn move_to(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: VaultId,
    before: Option<VaultId>,
) -> Result<Vec<VaultRow>, AppError> {
    let row = locked(tx, scope, id)?;
    let behind = write::next(tx.conn, scope, row.position)?.map(VaultId::from);
    if before == Some(id) || before == behind {
        tx.needs_no_entry("the vault stood there already");
        return Ok(store::all(tx.conn, scope)?);
    }
    let from = write::before(tx.conn, scope, row.position)?;
    let place = match before {
        None => write::end_of_order(tx.conn, scope)?,
        Some(before) => {
            let other = administrators(tx.conn, scope, before).map_err(|error| match error.code() {
                ErrorCode::NotFound => AppError::field(
                    "/before",
                    "Choose another vault of this list, or none for the end.",
                ),
                _ => error,
            })?;
            write::make_room(tx.conn, scope, other.position)?;
            other.position
        }
    };
    write::put(tx.conn, scope, row.id, place)?;
    let to = write::before(tx.conn, scope, place)?;
    let noted = |place: i64| serde_json::json!({ "name": row.name, "place": place + 1 });
    tx.record(
        Entry::new("vault.move", "vault", id)
            .before(&noted(from))
            .after(&noted(to)),
    )?;
    Ok(store::all(tx.conn, scope)?)
}

/// Deletes a vault of administrators with all its saves.
pub fn delete(tx: &mut Tx<'_>, scope: &Scope, id: VaultId) -> Result<(), AppError> {
    let row = locked(tx, scope, id)?;
    write::delete(tx.conn, scope, row.id)?;
    tx.record(Entry::new("vault.delete", "vault", id).before(&Noted::of(&row)))
}

/// Saves the content of an earlier save anew, byte for byte.
pub fn restore(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &InstanceKeys,
    id: VaultId,
    version: i64,
) -> Result<Vault, AppError> {
    let (row, sight) = reading::seen(tx.conn, scope, id)?;
    rules::check_changes(sight)?;
    if row.owner_id.is_some() {
        credentials::take_turn(tx.conn, scope)?;
    } else {
        workspaces::lock_for(tx.conn, scope, Permission::VaultsManage)?;
    }
    // As it is now that nobody else changes it.
    let row = store::by_id(tx.conn, scope, id.into())?;
    let held = Held::of(tx, scope, row)?;
    let (earlier, sealed) = store::version(tx.conn, scope, held.row.id, version)?;
    let text = content::open(keys, id, version, &sealed.sealed_content)?;
    let is_the_same = held.row.format == earlier.format
        && held.stored(keys).is_some_and(|now| now.expose() == text.expose());
    if is_the_same {
        tx.needs_no_entry("that content is the newest one");
        return held.row.try_into();
    }
    let whole = Whole {
        format: earlier.format.into(),
        size: earlier.size(),
        text: SecretText::new(text.expose().to_owned()),
        entries: earlier.entries(),
    };
    let mut changed = unchanged(tx, scope, &held.row);
    changed.version += 1;
    saving::store(
        tx,
        scope,
        keys,
        held.row.id,
        changed.version,
        &whole,
        Some(version),
    )?;
    write::update(tx.conn, scope, held.row.id, &changed)?;
    if held.row.group_id.is_some() {
        check_room(tx, scope)?;
    }
    let after = store::by_id(tx.conn, scope, id.into())?;
    let noted = Noted {
        restored_from: Some(version),
        ..Noted::of(&after)
    };
    tx.record(
        Entry::new("vault.restore", "vault", id)
            .before(&Noted::of(&held.row))
            .after(&noted),
    )?;
    after.try_into()
}

/// Stores a vault with its first content.
fn first(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &InstanceKeys,
    row: NewRow,
    draft: Draft,
) -> Result<Held, AppError> {
    let whole = saving::whole(draft, None)?;
    write::insert(tx.conn, &row)?;
    saving::store(tx, scope, keys, row.id, row.version, &whole, None)?;
    let made = store::by_id(tx.conn, scope, row.id)?;
    tx.record(Entry::new("vault.create", "vault", row.id.0).after(&Noted::of(&made)))?;
    Held::of(tx, scope, made)
}

/// Changes a vault as `changed` says, with a new content if there is one; journals it if anything is another than it was.
fn apply(
    tx: &mut Tx<'_>,
    scope: &Scope,
    keys: &InstanceKeys,
    held: Held,
    mut changed: Changed,
    whole: Option<Whole>,
) -> Result<Held, AppError> {
    if whole.is_none() && changed == unchanged(tx, scope, &held.row) {
        tx.needs_no_entry("the vault was so already");
        return Ok(held);
    }
    let id = held.row.id;
    if let Some(whole) = &whole {
        changed.version += 1;
        saving::store(tx, scope, keys, id, changed.version, whole, None)?;
    }
    write::update(tx.conn, scope, id, &changed)?;
    if whole.is_some() && held.row.group_id.is_some() {
        check_room(tx, scope)?;
    }
    let after = store::by_id(tx.conn, scope, id)?;
    let entry = Entry::new("vault.change", "vault", id.0);
    tx.record(entry.before(&Noted::of(&held.row)).after(&Noted::of(&after)))?;
    Held::of(tx, scope, after)
}

/// A vault as it is, changed now by the caller.
fn unchanged(tx: &Tx<'_>, scope: &Scope, row: &VaultRow) -> Changed {
    Changed {
        group_id: row.group_id,
        name: row.name.clone(),
        name_key: row.name.to_lowercase(),
        is_active: row.is_active,
        is_enforced: row.is_enforced,
        version: row.version,
        updated_at: tx.now(),
        updated_by: scope.user_id(),
    }
}

/// A vault of administrators. Somebody's personal one is none, also one's own.
pub fn administrators(conn: &mut Conn, scope: &Scope, id: VaultId) -> Result<VaultRow, AppError> {
    let row = store::by_id(conn, scope, id.into())?;
    if row.group_id.is_none() {
        return Err(ErrorCode::NotFound.into());
    }
    Ok(row)
}

/// The same, with the order and all vaults of administrators locked until the transaction ends.
fn locked(tx: &mut Tx<'_>, scope: &Scope, id: VaultId) -> Result<VaultRow, AppError> {
    workspaces::lock_for(tx.conn, scope, Permission::VaultsManage)?;
    administrators(tx.conn, scope, id)
}

fn group(tx: &mut Tx<'_>, scope: &Scope, id: GroupId) -> Result<columns::GroupId, AppError> {
    if !groups::is_here(tx.conn, scope, id.into())? {
        return Err(AppError::field("/group_id", "Choose a group of this workspace."));
    }
    Ok(id.into())
}

fn check_room(tx: &mut Tx<'_>, scope: &Scope) -> Result<(), AppError> {
    let (vaults, bytes) = store::extent(tx.conn, scope)?;
    Ok(rules::check_room(vaults, bytes)?)
}
