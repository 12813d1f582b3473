//! The key file on disk: how it is made so that a crash or a second process does no harm, what makes it
//! unfit, and its text. What the keys are for is left to `keys`.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    keys::{KeysError, test_key},
    published::{self, hex},
    random::{self, BASE36},
    secret::Secret,
};

const DIRECTORY: &str = "keys";
const FILE: &str = "instance.toml";
/// A key file is a few hundred bytes; anything larger is something else.
const MAX_BYTES: u64 = 64 * 1024;

/// The keys as they stand in the file.
pub(crate) struct Material {
    pub(crate) pepper: Zeroizing<[u8; 32]>,
    pub(crate) signing: KeyRing,
    pub(crate) sealing: KeyRing,
}

/// The key in use and those before it, which still check or open what they signed or sealed.
pub(crate) struct KeyRing {
    pub(crate) current: NamedKey,
    pub(crate) former: Vec<NamedKey>,
}

/// One key with its name.
pub(crate) struct NamedKey {
    pub(crate) id: String,
    pub(crate) key: Zeroizing<[u8; 32]>,
    /// From this second on (UTC) the key checks nothing any more.
    pub(crate) until: Option<i64>,
}

impl KeyRing {
    pub(crate) fn of(current: NamedKey) -> Self {
        Self {
            current,
            former: Vec::new(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &NamedKey> {
        std::iter::once(&self.current).chain(&self.former)
    }
}

impl Material {
    pub(crate) fn random() -> Self {
        Self {
            pepper: random_key(),
            signing: KeyRing::of(random_named()),
            sealing: KeyRing::of(random_named()),
        }
    }
}

fn random_named() -> NamedKey {
    let mut id = "k".to_owned();
    random::push_characters(&mut id, BASE36, 8);
    id.make_ascii_lowercase();
    NamedKey {
        id,
        key: random_key(),
        until: None,
    }
}

fn random_key() -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    random::fill(&mut *key);
    key
}

/// Reads the key file below the data directory `dir`; makes it when it is not there.
pub(crate) fn read_or_create(dir: &Path) -> Result<Material, KeysError> {
    match read(dir) {
        Err(KeysError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
        other => return other,
    }
    let keys_dir = dir.join(DIRECTORY);
    create_private_dir(&keys_dir).map_err(|source| failed("create", &keys_dir, source))?;
    create(&keys_dir)?;
    // Whoever won the race: both read the same file now.
    read(dir)
}

/// Reads the key file below the data directory `dir`.
pub(crate) fn read(dir: &Path) -> Result<Material, KeysError> {
    let keys_dir = dir.join(DIRECTORY);
    let path = keys_dir.join(FILE);
    let found = fs::metadata(&path).map_err(|source| failed("read", &path, source))?;
    // Asked before opening: opening a pipe would wait for ever.
    if !found.is_file() {
        return Err(KeysError::NotAFile { path });
    }
    let dir_found = fs::metadata(&keys_dir).map_err(|source| failed("read", &keys_dir, source))?;
    refuse_open_to_others(&keys_dir, &dir_found, 0o022, 0o700)?;
    let file = File::open(&path).map_err(|source| failed("read", &path, source))?;
    // Asked of the file that is open, not of the name, which may mean another file by now.
    let opened = file.metadata().map_err(|source| failed("read", &path, source))?;
    refuse_open_to_others(&path, &opened, 0o077, 0o600)?;
    let mut text = Zeroizing::new(String::with_capacity(
        usize::try_from(opened.len().min(MAX_BYTES)).unwrap_or(0),
    ));
    let read = file
        .take(MAX_BYTES)
        .read_to_string(&mut text)
        .map_err(|source| failed("read", &path, source))?;
    if read as u64 == MAX_BYTES {
        return Err(KeysError::Malformed {
            path,
            line: None,
            what: "the file is too large".to_owned(),
        });
    }
    parse(&text, &path)
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> KeysError {
    KeysError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// Writes a new key file under a name of its own and links it to the right one: it appears whole or not at
/// all, and never replaces one that another process has made meanwhile.
fn create(keys_dir: &Path) -> Result<(), KeysError> {
    let path = keys_dir.join(FILE);
    let mut name = format!(".{FILE}.");
    random::push_characters(&mut name, BASE36, 12);
    let draft = keys_dir.join(name);
    let linked =
        write_private(&draft, &render(&Material::random())).and_then(|()| fs::hard_link(&draft, &path));
    let removed = fs::remove_file(&draft);
    match linked {
        Err(source) if source.kind() == ErrorKind::AlreadyExists => {}
        Err(source) => return Err(failed("create", &path, source)),
        Ok(()) => {}
    }
    removed
        .and_then(|()| sync_dir(keys_dir))
        .map_err(|source| failed("create", &path, source))
}

/// Puts a new sealing key in front of the others. The rest of the file, with what somebody may have written into it, stays as it is;
/// the file is replaced in one step, and belongs to whom it belonged.
pub(crate) fn add_sealing(dir: &Path) -> Result<String, KeysError> {
    let named = dir.join(DIRECTORY).join(FILE);
    // The file may be a link to where it really is.
    let path = fs::canonicalize(&named).map_err(|source| failed("read", &named, source))?;
    let folder = path.parent().unwrap_or(dir).to_owned();
    let turn = folder.join(format!(".{FILE}.lock"));
    let lock = private()
        .open(&turn)
        .map_err(|source| failed("create", &turn, source))?;
    lock.lock().map_err(|source| failed("lock", &turn, source))?;
    // The empty file stays: whoever waits for a file that has gone would wait beside the next one.
    add_sealing_alone(dir, &path, &folder)
}

fn add_sealing_alone(dir: &Path, path: &Path, folder: &Path) -> Result<String, KeysError> {
    read(dir)?;
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|source| failed("read", path, source))?);
    let found = fs::metadata(path).map_err(|source| failed("read", path, source))?;
    let key = random_named();
    let mut with_key = Zeroizing::new(String::with_capacity(text.len() + 256));
    let first = text
        .find("[[sealing]]")
        .filter(|at| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'));
    let (before, after) = first.and_then(|at| text.split_at_checked(at)).ok_or_else(|| KeysError::Malformed {
        path: path.to_owned(),
        line: None,
        what: "the first [[sealing]] does not stand at the beginning of a line, so no key can be put in front".to_owned(),
    })?;
    with_key.extend([before, "[[sealing]]\nid = \"", &key.id, "\"\n"]);
    push_entry(&mut with_key, "key", &key.key);
    with_key.extend(["\n", after]);
    // What would not be read again is not written.
    parse(&with_key, path)?;
    let mut name = format!(".{FILE}.");
    random::push_characters(&mut name, BASE36, 12);
    let draft = folder.join(name);
    let replaced = write_private(&draft, &with_key)
        .and_then(|()| same_owner(&draft, &found))
        .and_then(|()| fs::rename(&draft, path))
        .and_then(|()| sync_dir(folder));
    if let Err(source) = replaced {
        let _ = fs::remove_file(&draft);
        return Err(failed("replace", path, source));
    }
    Ok(key.id)
}

#[cfg(unix)]
fn same_owner(draft: &Path, found: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let made = fs::metadata(draft)?;
    if (made.uid(), made.gid()) == (found.uid(), found.gid()) {
        return Ok(());
    }
    chown(draft, Some(found.uid()), Some(found.gid()))
}

#[cfg(not(unix))]
fn same_owner(_: &Path, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// How a file is opened that nobody else may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes the new name survive a power cut.
fn sync_dir(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(unix)]
fn refuse_open_to_others(
    path: &Path,
    found: &fs::Metadata,
    forbidden: u32,
    wanted: u32,
) -> Result<(), KeysError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o7777;
    if mode & forbidden == 0 {
        Ok(())
    } else {
        Err(KeysError::Exposed {
            path: path.to_owned(),
            mode,
            wanted,
        })
    }
}

#[cfg(not(unix))]
fn refuse_open_to_others(_: &Path, _: &fs::Metadata, _: u32, _: u32) -> Result<(), KeysError> {
    Ok(())
}

fn render(material: &Material) -> Zeroizing<String> {
    // Room from the start, so that growing leaves no copy of a key behind.
    let mut text = Zeroizing::new(String::with_capacity(4096));
    text.push_str(HEAD);
    push_entry(&mut text, "pepper", &material.pepper);
    for (kind, ring) in [("signing", &material.signing), ("sealing", &material.sealing)] {
        for named in ring.all() {
            text.extend(["\n[[", kind, "]]\nid = \"", &named.id, "\"\n"]);
            push_entry(&mut text, "key", &named.key);
        }
    }
    text
}

fn push_entry(text: &mut String, name: &str, key: &[u8; 32]) {
    let digits = Zeroizing::new(hex(key));
    text.extend([name, " = \"", digits.as_str(), "\"\n"]);
}

const HEAD: &str = "\
# The keys of this Clearance instance. Keep a copy in a safe place, apart from the backups of the database:
# without this file sealed values cannot be opened and every key pair and session has to be made anew.
#
# Each key is 64 random hexadecimal digits (`openssl rand -hex 32`). The first [[signing]] and the first
# [[sealing]] key are in use; to replace one, put a new entry with a new id in front of it (for the sealing key
# `clearance keys rotate` does that). Those behind still
# check or open what they signed or sealed, a signing key until the second given as `until` (Unix time).
format = 1
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    format: u32,
    pepper: Secret,
    signing: Vec<EntryText>,
    sealing: Vec<EntryText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    id: String,
    key: Secret,
    until: Option<i64>,
}

fn parse(text: &str, path: &Path) -> Result<Material, KeysError> {
    let reader = Reader { path };
    // The parser's own message quotes the line it stumbled over, which holds a key: only the place is used.
    let file: FileText = toml::from_str(text).map_err(|fault: toml::de::Error| {
        let line = fault
            .span()
            .and_then(|span| text.get(..span.start))
            .map(|before| before.matches('\n').count() + 1);
        reader.malformed(line, "this is not understood as a key file")
    })?;
    if file.format != 1 {
        return Err(reader.malformed(None, "`format` is not 1: it was written by a newer version"));
    }
    let pepper = reader.key("pepper", &file.pepper)?;
    let signing = reader.ring("signing", file.signing)?;
    let sealing = reader.ring("sealing", file.sealing)?;
    let material = Material {
        pepper,
        signing,
        sealing,
    };
    reader.refuse_repeats(&material)?;
    Ok(material)
}

/// Reads the entries of one file, and knows its name for the messages.
struct Reader<'a> {
    path: &'a Path,
}

impl Reader<'_> {
    fn malformed(&self, line: Option<usize>, what: &str) -> KeysError {
        KeysError::Malformed {
            path: self.file(),
            line,
            what: what.to_owned(),
        }
    }

    fn weak(&self, entry: &str, fault: &'static str) -> KeysError {
        KeysError::Weak {
            path: self.file(),
            entry: entry.to_owned(),
            fault,
        }
    }

    fn file(&self) -> PathBuf {
        self.path.to_owned()
    }

    fn ring(&self, kind: &str, entries: Vec<EntryText>) -> Result<KeyRing, KeysError> {
        let mut keys = Vec::with_capacity(entries.len());
        for EntryText { id, key, until } in entries {
            if !is_id(&id) {
                let what = format!("an `id` of [[{kind}]] is not 1 to 32 letters, digits or hyphens");
                return Err(self.malformed(None, &what));
            }
            if keys.iter().any(|other: &NamedKey| other.id == id) {
                return Err(self.malformed(None, &format!("two [[{kind}]] keys have the same `id`")));
            }
            let key = self.key(&format!("{kind} key {id}"), &key)?;
            keys.push(NamedKey { id, key, until });
        }
        let mut keys = keys.into_iter();
        let current = keys
            .next()
            .ok_or_else(|| self.malformed(None, &format!("there is no [[{kind}]] key")))?;
        if current.until.is_some() {
            return Err(self.malformed(
                None,
                &format!("the first [[{kind}]] key is in use and must have no `until`"),
            ));
        }
        Ok(KeyRing {
            current,
            former: keys.collect(),
        })
    }

    fn key(&self, entry: &str, text: &Secret) -> Result<Zeroizing<[u8; 32]>, KeysError> {
        let published = || KeysError::Published {
            path: self.file(),
            entry: entry.to_owned(),
        };
        if published::is_published_default(text.expose()) {
            return Err(published());
        }
        let key =
            decode_hex(text.expose()).ok_or_else(|| self.weak(entry, "is not 64 hexadecimal digits"))?;
        let of_tests = ["pepper", "signing", "sealing"]
            .iter()
            .any(|purpose| *key == *test_key(purpose));
        if of_tests || published::is_published(&*key) {
            return Err(published());
        }
        let mut distinct = Zeroizing::new(key.to_vec());
        distinct.sort_unstable();
        distinct.dedup();
        // 32 random bytes with fewer than 16 different ones do not happen.
        if distinct.len() < 16 {
            Err(self.weak(entry, "is not random"))
        } else {
            Ok(key)
        }
    }

    fn refuse_repeats(&self, material: &Material) -> Result<(), KeysError> {
        let mut seen = vec![&material.pepper];
        for named in material.signing.all().chain(material.sealing.all()) {
            if seen.contains(&&named.key) {
                return Err(self.weak(&named.id, "is the same as another key of the file"));
            }
            seen.push(&named.key);
        }
        Ok(())
    }
}

pub(crate) fn is_id(id: &str) -> bool {
    (1..=32).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn decode_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    if text.len() != 64 {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for digit in pair {
            let value = char::from(*digit)
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())?;
            *byte = *byte << 4 | value;
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests;
