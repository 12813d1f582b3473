//! `clearance key scan`: finds leaked key pairs in files, folders and on standard input, without a server. What a key
//! looks like is left to the crate `secrets`.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use secrets::{
    key_pair::{ACCESS_KEY_LENGTH, SECRET_KEY_LENGTH},
    scan::{Found, FoundKind},
};

/// Bytes read at a time.
const CHUNK: usize = 1024 * 1024;
/// Bytes at the end of a chunk that are looked at again with the next one: a key may go on there.
const OVERLAP: usize = if SECRET_KEY_LENGTH > ACCESS_KEY_LENGTH {
    SECRET_KEY_LENGTH - 1
} else {
    ACCESS_KEY_LENGTH - 1
};

/// How a scan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Everything was read and holds no key.
    Clean,
    /// Something could not be read, and what could be holds no key.
    Failed,
    /// At least one key was found.
    Found,
}

impl Outcome {
    /// The exit code of the command.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Failed => 2,
        }
    }
}

/// Scans `paths`, folders with all that is in them; without a path, or for the path `-`, the input. Writes one line
/// for each key to `out`, and what could not be read to `errors`.
///
/// Links within a folder are not followed, and what is neither file nor folder is passed over there; a path that was
/// named is read whatever it is.
///
/// # Errors
/// When `out` or `errors` cannot be written.
pub fn scan(
    paths: &[PathBuf],
    mut input: impl Read,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> io::Result<Outcome> {
    let standard_input = [PathBuf::from("-")];
    let paths = if paths.is_empty() {
        &standard_input[..]
    } else {
        paths
    };
    let mut outcome = Outcome::Clean;
    for path in paths {
        let ended = if path == Path::new("-") {
            scan_one(Path::new("-"), Ok(&mut input), out, errors)?
        } else {
            scan_path(path, out, errors)?
        };
        outcome = outcome.max(ended);
    }
    out.flush()?;
    Ok(outcome)
}

fn scan_path(named: &Path, out: &mut impl Write, errors: &mut impl Write) -> io::Result<Outcome> {
    if !named.is_dir() {
        return scan_one(named, File::open(named), out, errors);
    }
    let mut outcome = Outcome::Clean;
    let mut to_visit = vec![named.to_owned()];
    while let Some(folder) = to_visit.pop() {
        let (files, folders) = match content(&folder) {
            Ok(content) => content,
            Err(error) => {
                writeln!(errors, "{}: {error}", shown(&folder))?;
                outcome = outcome.max(Outcome::Failed);
                continue;
            }
        };
        for file in files {
            outcome = outcome.max(scan_one(&file, File::open(&file), out, errors)?);
        }
        // The last pushed is visited first.
        to_visit.extend(folders.into_iter().rev());
    }
    Ok(outcome)
}

/// Files and folders in a folder, by name. Links, pipes, sockets and devices are neither.
fn content(folder: &Path) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir() {
            folders.push(entry.path());
        }
    }
    files.sort();
    folders.sort();
    Ok((files, folders))
}

fn scan_one(
    name: &Path,
    source: io::Result<impl Read>,
    out: &mut impl Write,
    errors: &mut impl Write,
) -> io::Result<Outcome> {
    let mut outcome = Outcome::Clean;
    let mut written = Ok(());
    let read = source.and_then(|source| {
        each_key(source, CHUNK, |found| {
            outcome = Outcome::Found;
            if written.is_ok() {
                written = report(name, &found, out);
            }
        })
    });
    written?;
    if let Err(error) = read {
        writeln!(errors, "{}: {error}", shown(name))?;
        outcome = outcome.max(Outcome::Failed);
    }
    Ok(outcome)
}

fn report(name: &Path, found: &Found, out: &mut impl Write) -> io::Result<()> {
    let kind = match found.kind {
        FoundKind::AccessKey => "access-key",
        FoundKind::SecretKey => "secret-key",
    };
    let (line, column, masked) = (found.line, found.column, &found.masked);
    writeln!(out, "{}:{line}:{column} {kind} {masked}", shown(name))
}

/// A file's name as one line that a terminal shows as it is.
fn shown(path: &Path) -> String {
    let mut text = String::new();
    for c in path.to_string_lossy().chars() {
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}

/// Reads `source` in pieces of `chunk` bytes and hands over each key, with its place in the whole.
fn each_key(mut source: impl Read, chunk: usize, mut hand_over: impl FnMut(Found)) -> io::Result<()> {
    let mut piece = Vec::with_capacity(chunk + OVERLAP);
    // The place of the piece's first byte in the whole, counted from 1.
    let (mut line, mut column) = (1, 1);
    loop {
        let space = chunk + OVERLAP - piece.len();
        let arrived = source.by_ref().take(space as u64).read_to_end(&mut piece)?;
        let at_end = arrived < space;
        // What begins behind the border may go on in the next piece, where it is looked at whole.
        let border = if at_end {
            piece.len()
        } else {
            piece.len() - OVERLAP
        };
        let settled = piece.get(..border).unwrap_or_default();
        let (border_line, border_column) = place_behind(settled);
        for mut found in secrets::scan::scan(&piece) {
            if !at_end && (found.line, found.column) >= (border_line, border_column) {
                break;
            }
            if found.line == 1 {
                found.column += column - 1;
            }
            found.line += line - 1;
            hand_over(found);
        }
        if at_end {
            return Ok(());
        }
        column = if border_line == 1 {
            column + border_column - 1
        } else {
            border_column
        };
        line += border_line - 1;
        piece.drain(..border);
    }
}

/// Line and column of the byte that follows `text`, counted from 1.
fn place_behind(text: &[u8]) -> (usize, usize) {
    let (lines, last) = text
        .split(|byte| *byte == b'\n')
        .fold((0, 0), |(lines, _), line| (lines + 1, line.len()));
    (lines, last + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrets::key_pair::KeyPair;

    use super::*;

    fn lines(paths: &[PathBuf], input: &[u8]) -> (Vec<String>, String, u8) {
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let outcome = scan(paths, input, &mut out, &mut errors).unwrap();
        let out = String::from_utf8(out).unwrap();
        let errors = String::from_utf8(errors).unwrap();
        (
            out.lines().map(str::to_owned).collect(),
            errors,
            outcome.exit_code(),
        )
    }

    fn masked(pair: &KeyPair) -> String {
        format!("CLR…{}", pair.access_key.ending())
    }

    #[test]
    fn n09_keys_are_found_in_folders_files_and_binary_content_and_never_printed() {
        let folder = tempfile::tempdir().unwrap();
        let pair = KeyPair::generate();
        let (access, secret) = (pair.access_key.as_str(), pair.secret_key.expose());
        let deep = folder.path().join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("clearml.conf"), format!("x\nkey = {access}\n {secret}")).unwrap();
        fs::write(
            folder.path().join("image.bin"),
            [&[0, 0xff, b'\n', 0][..], secret.as_bytes(), &[0xfe]].concat(),
        )
        .unwrap();
        fs::write(folder.path().join("clean.txt"), "nothing CLR clrs_ here").unwrap();
        let (found, errors, code) = lines(&[folder.path().to_owned()], b"");
        let root = folder.path().display();
        assert_eq!(
            found,
            [
                format!("{root}/image.bin:2:2 secret-key clrs_…"),
                format!("{root}/a/b/clearml.conf:2:7 access-key {}", masked(&pair)),
                format!("{root}/a/b/clearml.conf:3:2 secret-key clrs_…"),
            ]
        );
        assert_eq!((errors.as_str(), code), ("", 1));
        let (found, _, code) = lines(&[folder.path().join("clean.txt")], b"");
        assert_eq!((found.len(), code), (0, 0));
    }

    #[test]
    fn n09_standard_input_is_scanned_without_a_path_and_by_its_sign() {
        let pair = KeyPair::generate();
        let text = format!("\n\n  {}", pair.access_key);
        let expected = vec![format!("-:3:3 access-key {}", masked(&pair))];
        for paths in [vec![], vec![PathBuf::from("-")]] {
            assert_eq!(
                lines(&paths, text.as_bytes()),
                (expected.clone(), String::new(), 1)
            );
        }
        assert_eq!(lines(&[], b""), (vec![], String::new(), 0));
    }

    #[test]
    fn n09_what_cannot_be_read_is_an_error_and_hides_no_find() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("mis\x1bsing");
        let (found, errors, code) = lines(std::slice::from_ref(&missing), b"");
        assert_eq!((found.len(), code), (0, 2));
        assert!(errors.contains("mis\\u{1b}sing: "), "{errors}");
        let pair = KeyPair::generate();
        let (found, errors, code) = lines(
            &[missing, PathBuf::from("-")],
            pair.access_key.as_str().as_bytes(),
        );
        assert_eq!((found.len(), code), (1, 1));
        assert!(!errors.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn n09_links_in_a_folder_are_not_followed_and_a_named_one_is() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let leak = elsewhere.path().join("leak");
        fs::write(&leak, KeyPair::generate().access_key.as_str()).unwrap();
        let (to_file, to_folder) = (folder.path().join("file"), folder.path().join("folder"));
        std::os::unix::fs::symlink(&leak, &to_file).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), &to_folder).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        assert_eq!(
            lines(&[folder.path().to_owned()], b""),
            (vec![], String::new(), 0)
        );
        assert_eq!(lines(&[to_file], b"").2, 1);
        assert_eq!(lines(&[to_folder], b"").2, 1);
    }

    #[test]
    fn n09_a_key_across_the_border_of_two_pieces_is_found_once_at_its_place() {
        let pair = KeyPair::generate();
        for before in CHUNK - OVERLAP - 3..CHUNK + 3 {
            let mut text = vec![b'x'; before];
            text[10] = b'\n';
            text.extend_from_slice(pair.secret_key.expose().as_bytes());
            text.extend_from_slice(b"\n\n");
            text.extend_from_slice(pair.access_key.as_str().as_bytes());
            let column = before - 10;
            assert_eq!(
                lines(&[], &text).0,
                [
                    format!("-:2:{column} secret-key clrs_…"),
                    format!("-:4:1 access-key {}", masked(&pair))
                ],
                "{before}"
            );
        }
    }

    /// Gives a few bytes at a time, as pipes do.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let some = self.1.min(into.len());
            self.0.take(some as u64).read(into).inspect(|read| {
                self.0 = &self.0[*read..];
            })
        }
    }

    proptest! {
        #[test]
        fn n09_scanning_in_pieces_finds_what_scanning_the_whole_finds(
            gaps in prop::collection::vec(0..300usize, 1..12), line in 1..400usize, step in 1..500usize,
            chunk in 1..300usize) {
            let mut text = Vec::new();
            for gap in gaps {
                let filler = (0..gap).map(|at| if at % line == 0 { b'\n' } else { b'.' });
                text.extend(filler);
                let pair = KeyPair::generate();
                text.extend_from_slice(pair.access_key.as_str().as_bytes());
                text.extend_from_slice(pair.secret_key.expose().as_bytes());
            }
            let mut found = Vec::new();
            each_key(Trickle(&text, step), chunk, |key| found.push(key)).unwrap();
            prop_assert_eq!(found, secrets::scan::scan(&text));
        }
    }
}
