//! Writes a `.br` and a `.gz` in the place of each file of the app, as small as they get: the server only picks one, and
//! unpacks it for those who read neither. A file that does not get smaller (a picture, say) stays as it is.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::paths;

/// Best quality and the largest window browsers accept.
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 24;
const BUFFER: usize = 64 * 1024;

/// What one file of the app costs.
#[derive(Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it is, below the folder of the app.
    pub name: PathBuf,
    /// Its own size.
    pub raw: u64,
    /// What a browser loads that speaks brotli.
    pub brotli: u64,
}

/// Compresses every file under `folder`.
pub fn precompress(folder: &Path) -> Result<Vec<Asset>> {
    let mut assets = Vec::new();
    for path in paths::files_under(folder)? {
        if path.extension().is_some_and(|end| end == "br" || end == "gz") {
            continue;
        }
        let raw = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        let brotli = keep_if_smaller(&path, ".br", &raw, brotli(&raw)?)?;
        if keep_if_smaller(&path, ".gz", &raw, gzip(&raw)?)? < size(&raw) {
            fs::remove_file(&path).with_context(|| format!("could not remove {}", path.display()))?;
        }
        let name = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
        assets.push(Asset {
            name,
            raw: size(&raw),
            brotli,
        });
    }
    Ok(assets)
}

/// What the browser loads when it speaks brotli.
fn keep_if_smaller(path: &Path, ending: &str, raw: &[u8], small: Vec<u8>) -> Result<u64> {
    if small.len() >= raw.len() {
        return Ok(size(raw));
    }
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    fs::write(&name, &small).with_context(|| format!("could not write {}", Path::new(&name).display()))?;
    Ok(size(&small))
}

fn brotli(raw: &[u8]) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(raw).context("brotli gave up")?;
    Ok(writer.into_inner())
}

fn gzip(raw: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(raw).context("gzip gave up")?;
    writer.finish().context("gzip gave up")
}

fn size(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn text_gets_both_copies_that_unpack_to_it_and_noise_gets_none() {
        let folder = std::env::temp_dir().join(format!("clearance-precompress-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).unwrap();
        let text = "the same words again and again, ".repeat(400);
        let noise: Vec<u8> = (0..64_u8).map(|n| n.wrapping_mul(167).wrapping_add(41)).collect();
        fs::write(folder.join("deep/app.css"), &text).unwrap();
        fs::write(folder.join("noise.bin"), &noise).unwrap();

        let assets = precompress(&folder).unwrap();

        let mut plain = String::new();
        let packed = fs::read(folder.join("deep/app.css.br")).unwrap();
        brotli::Decompressor::new(packed.as_slice(), 4096)
            .read_to_string(&mut plain)
            .unwrap();
        assert_eq!(plain, text);
        plain.clear();
        let packed = fs::read(folder.join("deep/app.css.gz")).unwrap();
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_string(&mut plain)
            .unwrap();
        assert_eq!(plain, text);
        assert!(!folder.join("deep/app.css").exists());
        assert!(!folder.join("noise.bin.br").exists() && !folder.join("noise.bin.gz").exists());
        assert!(folder.join("noise.bin").exists());
        assert_eq!(assets.len(), 2);
        assert!(assets[0].brotli < assets[0].raw / 10);
        assert_eq!((assets[1].raw, assets[1].brotli), (64, 64));
        fs::remove_dir_all(&folder).unwrap();
    }
}
