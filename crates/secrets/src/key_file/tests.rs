//! The key file: who may read it, what must not stand in it, and many processes that start at once.

use std::{collections::BTreeSet, sync::Barrier, thread};

use tempfile::TempDir;

use super::*;
use crate::keys::InstanceKeys;

// Public knowledge: what any ClearML server signs its tokens with when nobody changes it.
const PUBLISHED: &str = "Rq8FW84sSqVgq7WvBB_4EzNl9y8z8IGiDXX3C345_a5AZfcwZcwCIA";

/// A data directory with a new key file, and the file's path.
fn instance() -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    InstanceKeys::load_or_create(dir.path()).unwrap();
    let path = dir.path().join("keys").join("instance.toml");
    (dir, path)
}

/// The message of loading a key file with this text.
fn refused(text: &str) -> String {
    let (dir, path) = instance();
    fs::write(&path, text).unwrap();
    let message = InstanceKeys::load_or_create(dir.path()).unwrap_err().to_string();
    assert!(
        message.contains(path.to_str().unwrap()),
        "the message must name the file: {message}"
    );
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        text,
        "a file that is refused is left as it is"
    );
    message
}

fn fresh_text() -> String {
    render(&Material::random()).to_string()
}

/// The keys in a file's text.
fn keys_in(text: &str) -> Vec<String> {
    let quoted = text.split('"').skip(1).step_by(2);
    quoted
        .filter(|part| part.len() == 64)
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_first_start_makes_the_keys_and_the_next_finds_them() {
    let (dir, path) = instance();
    let first = fs::read_to_string(&path).unwrap();
    let keys = InstanceKeys::load_or_create(dir.path()).unwrap();
    let again = InstanceKeys::load(dir.path()).unwrap();
    assert_eq!(first, fs::read_to_string(&path).unwrap());
    assert_eq!(
        keys.keyed_hash().hash("d", b"x"),
        again.keyed_hash().hash("d", b"x")
    );
    assert_eq!(keys.signing_key_id(), again.signing_key_id());
    let names: Vec<_> = fs::read_dir(dir.path().join("keys"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["instance.toml"], "no draft is left behind");
    assert_eq!(keys_in(&first).iter().collect::<BTreeSet<_>>().len(), 3);
    let (_other_dir, other) = instance();
    assert_ne!(keys_in(&first), keys_in(&fs::read_to_string(other).unwrap()));
}

#[test]
fn loading_without_creating_leaves_an_empty_directory_empty() {
    let dir = TempDir::new().unwrap();
    let message = InstanceKeys::load(dir.path()).unwrap_err().to_string();
    assert!(
        message.contains("cannot read") && message.contains("instance.toml"),
        "{message}"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn attack_10_the_file_is_for_its_owner_alone_and_refused_otherwise() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();

    let (dir, path) = instance();
    let keys_dir = dir.path().join("keys");
    assert_eq!((mode(&path), mode(&keys_dir)), (0o600, 0o700));
    for open in [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666, 0o777] {
        set(&path, open);
        let message = InstanceKeys::load_or_create(dir.path()).unwrap_err().to_string();
        let advice = format!("chmod 600 {}", path.display());
        assert!(
            message.contains(&advice) && message.contains(&format!("{open:04o}")),
            "{message}"
        );
    }
    for private in [0o600, 0o400] {
        set(&path, private);
        assert!(InstanceKeys::load_or_create(dir.path()).is_ok(), "{private:o}");
    }
    for open in [0o777, 0o770, 0o702, 0o1777] {
        set(&keys_dir, open);
        let message = InstanceKeys::load_or_create(dir.path()).unwrap_err().to_string();
        assert!(
            message.contains(&format!("chmod 700 {}", keys_dir.display())),
            "{message}"
        );
    }
    set(&keys_dir, 0o700);
    assert!(InstanceKeys::load_or_create(dir.path()).is_ok());
}

#[test]
fn many_first_starts_at_once_end_with_the_same_keys() {
    for _ in 0..20 {
        let dir = TempDir::new().unwrap();
        let starters = 8;
        let barrier = Barrier::new(starters);
        let hashes: BTreeSet<String> = thread::scope(|scope| {
            let start = || {
                barrier.wait();
                let keys = InstanceKeys::load_or_create(dir.path()).unwrap();
                format!("{} {}", keys.keyed_hash().hash("d", b"x"), keys.signing_key_id())
            };
            let threads: Vec<_> = (0..starters).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(hashes.len(), 1, "{hashes:?}");
        assert_eq!(fs::read_dir(dir.path().join("keys")).unwrap().count(), 1);
    }
}

#[test]
fn a_draft_left_by_a_crash_does_no_harm() {
    let dir = TempDir::new().unwrap();
    let keys_dir = dir.path().join("keys");
    create_private_dir(&keys_dir).unwrap();
    fs::write(keys_dir.join(".instance.toml.ABCDEF123456"), "format = 1\npep").unwrap();
    assert!(InstanceKeys::load_or_create(dir.path()).is_ok());
}

#[test]
fn attack_10_a_published_key_is_refused_in_any_place_and_spelling() {
    use sha2::{Digest, Sha256};
    let digest = hex(&Sha256::digest(PUBLISHED));
    let text = fresh_text();
    for (place, key) in keys_in(&text).iter().enumerate() {
        for published in [
            PUBLISHED,
            &format!(" {PUBLISHED} "),
            &digest,
            &digest.to_uppercase(),
        ] {
            let message = refused(&text.replace(key, published));
            assert!(
                message.contains("published") && message.contains("openssl rand -hex 32"),
                "{place}: {message}"
            );
            assert!(!message.contains(published.trim()), "{message}");
        }
    }
}

#[test]
fn the_keys_of_the_tests_are_refused() {
    let text = fresh_text();
    for purpose in ["pepper", "signing", "sealing"] {
        let message = refused(&text.replace(&keys_in(&text)[1], &hex(&*test_key(purpose))));
        assert!(message.contains("published"), "{message}");
    }
}

#[test]
fn weak_and_repeated_keys_are_refused() {
    let text = fresh_text();
    let keys = keys_in(&text);
    let weak = [
        "0".repeat(64),
        "ab".repeat(32),
        "0123456789abcdef".repeat(4),
        keys[0][..62].to_owned(),
        String::new(),
    ];
    for weak in weak
        .iter()
        .chain([&format!("{}zz", &keys[1][..62]), &format!("{}00", keys[1])])
    {
        let message = refused(&text.replace(&keys[1], weak));
        assert!(message.contains("is not"), "{message}");
    }
    let message = refused(&text.replace(&keys[1], &keys[0]));
    assert!(message.contains("same as another key"), "{message}");
}

#[test]
fn a_malformed_file_is_refused_by_line_and_never_quoted() {
    let text = fresh_text();
    let secret = &keys_in(&text)[0];
    let broken = [
        String::new(),
        "pepper = \"".to_owned() + secret,
        text.replace("format = 1", "format = 1\nunheard_of = 2"),
        text.replace("format = 1", "format = \"1\""),
        text.replace("format = 1", "format = 2"),
        text.replace("[[signing]]", "[[sealing]]"),
        text.replace("[[signing]]", "[signing]"),
        text.replace("id = \"k", "id = \"../k"),
        text.replace("id = \"k", "id = \"k.k"),
        text.replace("[[signing]]", "[[signing]]\nuntil = 5"),
        text.replace(&format!("\"{secret}\""), secret),
        text.replace(&format!("\"{secret}\""), &format!("\"{secret}")),
        text.replace(&format!("pepper = \"{secret}\""), &format!("{secret} = 1")),
        text[..text.len() - 10].to_owned(),
        "#".repeat(70_000),
        "\u{feff}".to_owned() + &"[".repeat(9_000),
    ];
    for broken in &broken {
        let message = refused(broken);
        assert!(message.contains("backup"), "{message}");
        for key in keys_in(&text) {
            assert!(!message.contains(&key[..8]), "a key is quoted: {message}");
        }
    }
    let message = refused(&text.replace(&format!("\"{secret}\""), secret));
    let line = text.lines().position(|line| line.starts_with("pepper")).unwrap() + 1;
    assert!(message.contains(&format!("line {line}")), "{message}");
    let (dir, path) = instance();
    fs::write(&path, [0xff, 0xfe, 0]).unwrap();
    assert!(InstanceKeys::load_or_create(dir.path()).is_err());
}

#[test]
fn what_is_not_a_plain_file_is_refused() {
    let (dir, path) = instance();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let message = InstanceKeys::load_or_create(dir.path()).unwrap_err().to_string();
    assert!(message.contains("not a plain file"), "{message}");
    let (dir, _path) = instance();
    fs::remove_dir_all(dir.path().join("keys")).unwrap();
    fs::write(dir.path().join("keys"), "a file in the way").unwrap();
    let message = InstanceKeys::load_or_create(dir.path()).unwrap_err().to_string();
    assert!(message.contains("keys"), "{message}");
}

#[test]
fn keys_before_the_first_still_open_and_check() {
    let (dir, path) = instance();
    let before = InstanceKeys::load(dir.path()).unwrap();
    let sealed = crate::seal::seal(&before, "c", b"x").unwrap();
    let token = crate::bearer::sign(&before, &serde_json::json!({"exp": 2_000})).unwrap();

    let text = fs::read_to_string(&path).unwrap();
    let entry = |kind, id| format!("[[{kind}]]\nid = \"{id}\"\nkey = \"{}\"\n\n", hex(&*random_key()));
    let signing = format!("{}[[signing]]\nuntil = 1500\n", entry("signing", "s2"));
    let sealing = format!("{}[[sealing]]\n", entry("sealing", "e2"));
    fs::write(
        &path,
        text.replace("[[signing]]\n", &signing)
            .replace("[[sealing]]\n", &sealing),
    )
    .unwrap();

    let after = InstanceKeys::load(dir.path()).unwrap();
    assert_eq!(
        (after.signing_key_id(), after.sealing_key_id().as_str()),
        ("s2", "e2")
    );
    assert_eq!(crate::seal::open(&after, "c", &sealed).unwrap().expose(), b"x");
    assert!(crate::seal::needs_resealing(&after, &sealed));
    assert!(crate::bearer::verify::<serde_json::Value>(&after, &token, 1_499).is_ok());
    let retired = crate::bearer::verify::<serde_json::Value>(&after, &token, 1_500);
    assert_eq!(retired, Err(crate::bearer::BearerFault::RetiredKey));
    assert_eq!(
        before.keyed_hash().hash("d", b"x"),
        after.keyed_hash().hash("d", b"x")
    );
}

#[test]
fn debug_of_the_keys_shows_their_names_only() {
    let (dir, path) = instance();
    let keys = InstanceKeys::load(dir.path()).unwrap();
    let shown = format!("{keys:?} {keys:#?} {:?}", keys.keyed_hash());
    assert!(shown.contains(keys.signing_key_id()) && shown.contains(&keys.sealing_key_id()));
    for key in keys_in(&fs::read_to_string(path).unwrap()) {
        let bytes = decode_hex(&key).unwrap();
        let decimal = format!("{}, {}, {}", bytes[0], bytes[1], bytes[2]);
        assert!(!shown.contains(&key[..8]) && !shown.contains(&decimal), "{shown}");
    }
}

#[test]
fn a_sealing_key_that_is_added_seals_from_then_on_and_those_before_it_open() {
    let (dir, path) = instance();
    let text = fs::read_to_string(&path).unwrap() + "# a remark of the operator\n";
    fs::write(&path, &text).unwrap();
    let running = InstanceKeys::load(dir.path()).unwrap();
    let old = crate::seal::seal(&running, "place", b"old").unwrap();
    let id = InstanceKeys::add_sealing_key(dir.path()).unwrap();
    assert_ne!(id, running.sealing_key_id());
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let now = fs::read_to_string(&path).unwrap();
    assert!(now.ends_with("# a remark of the operator\n"), "{now}");
    assert_eq!(keys_in(&now).len(), 4);

    let other = InstanceKeys::load(dir.path()).unwrap();
    assert_eq!(other.sealing_key_id(), id);
    assert!(crate::seal::needs_resealing(&other, &old));
    assert_eq!(crate::seal::open(&other, "place", &old).unwrap().expose(), b"old");
    // The one that runs has not looked yet, and opens what the other sealed nevertheless.
    let new = crate::seal::seal(&other, "place", b"new").unwrap();
    assert_eq!(
        crate::seal::open(&running, "place", &new).unwrap().expose(),
        b"new"
    );
    assert_eq!(running.sealing_key_id(), id);
    assert!(!running.read_again().unwrap());
}

#[test]
fn a_key_that_was_taken_out_of_the_file_opens_until_the_process_ends() {
    let (dir, path) = instance();
    let running = InstanceKeys::load(dir.path()).unwrap();
    let old = crate::seal::seal(&running, "place", b"old").unwrap();
    let pepper = keys_in(&fs::read_to_string(&path).unwrap())[0].clone();
    let replaced = fresh_text();
    let other_pepper = keys_in(&replaced)[0].clone();
    fs::write(&path, replaced.replace(&other_pepper, &pepper)).unwrap();
    assert!(running.read_again().unwrap());
    assert_eq!(
        crate::seal::open(&running, "place", &old).unwrap().expose(),
        b"old"
    );
    let next = InstanceKeys::load(dir.path()).unwrap();
    assert_eq!(
        crate::seal::open(&next, "place", &old).unwrap_err(),
        crate::seal::SealFault::UnknownKey
    );
}

#[test]
fn two_rotations_at_once_add_two_keys() {
    let (dir, path) = instance();
    let together = Barrier::new(4);
    thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                together.wait();
                InstanceKeys::add_sealing_key(dir.path()).unwrap();
            });
        }
    });
    assert_eq!(keys_in(&fs::read_to_string(&path).unwrap()).len(), 3 + 4);
    InstanceKeys::load(dir.path()).unwrap();
}

#[test]
fn a_file_to_which_no_key_can_be_added_stays_as_it_is() {
    let (dir, path) = instance();
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("[[sealing]]", "  [[sealing]]");
    fs::write(&path, &text).unwrap();
    let message = InstanceKeys::add_sealing_key(dir.path()).unwrap_err().to_string();
    assert!(message.contains("beginning of a line"), "{message}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}
