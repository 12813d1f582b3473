//! What an object is, by the ending of its name, and how a storage must answer with it: as a file to save, and as a type that
//! runs nothing, whatever somebody stored it as.

use shared::storage::ObjectKind;

/// What is neither picture, film nor sound.
pub const BYTES: &str = "application/octet-stream";

/// Endings of names, what they are and their media types.
const KNOWN: &[(&str, ObjectKind, &str)] = &[
    ("png", ObjectKind::Image, "image/png"),
    ("apng", ObjectKind::Image, "image/apng"),
    ("jpg", ObjectKind::Image, "image/jpeg"),
    ("jpeg", ObjectKind::Image, "image/jpeg"),
    ("jfif", ObjectKind::Image, "image/jpeg"),
    ("gif", ObjectKind::Image, "image/gif"),
    ("webp", ObjectKind::Image, "image/webp"),
    ("avif", ObjectKind::Image, "image/avif"),
    ("bmp", ObjectKind::Image, "image/bmp"),
    ("ico", ObjectKind::Image, "image/x-icon"),
    // Scripts in it do not run in a picture; in a window it is never shown, because it is a file to save.
    ("svg", ObjectKind::Image, "image/svg+xml"),
    ("mp4", ObjectKind::Video, "video/mp4"),
    ("m4v", ObjectKind::Video, "video/mp4"),
    ("webm", ObjectKind::Video, "video/webm"),
    ("ogv", ObjectKind::Video, "video/ogg"),
    ("mov", ObjectKind::Video, "video/quicktime"),
    ("mp3", ObjectKind::Audio, "audio/mpeg"),
    ("wav", ObjectKind::Audio, "audio/wav"),
    ("ogg", ObjectKind::Audio, "audio/ogg"),
    ("oga", ObjectKind::Audio, "audio/ogg"),
    ("opus", ObjectKind::Audio, "audio/ogg"),
    ("flac", ObjectKind::Audio, "audio/flac"),
    ("m4a", ObjectKind::Audio, "audio/mp4"),
    ("aac", ObjectKind::Audio, "audio/aac"),
    ("html", ObjectKind::Html, BYTES),
    ("htm", ObjectKind::Html, BYTES),
];

/// Every media type that an object is handed out as.
pub const MEDIA: &[&str] = &[
    BYTES,
    "audio/aac",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "image/apng",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/webp",
    "image/x-icon",
    "video/mp4",
    "video/ogg",
    "video/quicktime",
    "video/webm",
];

/// What an object of this name is, and the type it is handed out as.
#[must_use]
pub fn of(name: &str) -> (ObjectKind, &'static str) {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    ending
        .and_then(|ending| KNOWN.iter().find(|(known, ..)| *known == ending))
        .map_or((ObjectKind::File, BYTES), |(_, kind, media)| (*kind, *media))
}

/// The `Content-Disposition` of a file to save under this name, in letters that mean nothing to any system.
#[must_use]
pub fn to_save(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = name
        .chars()
        .rev()
        .take(100)
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    let name: String = name.chars().rev().collect();
    let name = name.trim_start_matches('.');
    format!(
        "attachment; filename=\"{}\"",
        if name.is_empty() { "object" } else { name }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_7_no_object_is_handed_out_as_what_browsers_run() {
        for name in [
            "a.html",
            "a.HTM",
            "a.xhtml",
            "a.xml",
            "a.js",
            "a.mjs",
            "a.css",
            "a.pdf",
            "a.svgz",
            "a.swf",
            "a.mht",
            "a",
            "a.",
            "html",
            "a.png.html",
            "a.wasm",
            "a.xsl",
            "a.txt",
            "a.json",
            "a.png ",
            "a.ｈtml",
        ] {
            assert_eq!(of(name).1, BYTES, "{name}");
        }
        for (_, kind, media) in KNOWN {
            assert!(MEDIA.contains(media), "{media}");
            let begins = media.split('/').next().unwrap();
            let fits = match kind {
                ObjectKind::Image => begins == "image",
                ObjectKind::Video => begins == "video",
                ObjectKind::Audio => begins == "audio",
                ObjectKind::Html | ObjectKind::File => *media == BYTES,
            };
            assert!(fits, "{media}");
        }
        assert!(MEDIA.is_sorted());
        assert_eq!(of("Sample.PNG"), (ObjectKind::Image, "image/png"));
    }

    #[test]
    fn a_file_to_save_has_a_harmless_name_that_keeps_its_ending() {
        assert_eq!(to_save("a b.png"), "attachment; filename=\"a-b.png\"");
        for bad in [
            "a\"; x=\"y",
            "a\r\nb",
            "../../etc/passwd",
            "é\u{202e}gnp.exe",
            "",
            "...",
            "x\\y",
            "%0d%0a",
        ] {
            let made = to_save(bad);
            let name = made
                .strip_prefix("attachment; filename=\"")
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap();
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
            assert!(
                !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain),
                "{bad}: {made}"
            );
        }
        assert!(to_save(&format!("{}.png", "x".repeat(500))).ends_with("x.png\""));
    }
}
