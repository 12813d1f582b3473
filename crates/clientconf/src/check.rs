//! One question for the editor and the server alike: can clients read this text?

use std::borrow::Cow;

use crate::fault::Fault;
use crate::parse::readable;

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Format {
    /// As in `clearml.conf`.
    Hocon,
    /// JSON by the letter.
    Json,
    /// YAML 1.2, given to clients as JSON.
    Yaml,
}

/// What clients get for the text: it, or the JSON of YAML.
///
/// # Errors
/// The first place at which it is not what its format says.
pub fn served(format: Format, text: &str) -> Result<Cow<'_, str>, Fault> {
    match format {
        Format::Hocon => Ok(Cow::Borrowed(text)),
        Format::Json => crate::json::check_json(text).map(|()| Cow::Borrowed(text)),
        #[cfg(feature = "yaml")]
        Format::Yaml => crate::yaml::yaml_to_json(text).map(Cow::Owned),
        #[cfg(not(feature = "yaml"))]
        Format::Yaml => {
            let kind = crate::fault::FaultKind::Unsayable;
            Err(Fault {
                kind,
                line: 1,
                column: 1,
                message: "YAML is not read here. Save it to have it checked.".to_owned(),
            })
        }
    }
}

/// Whether clients can read the text.
///
/// # Errors
/// The first thing because of which they cannot.
pub fn check(format: Format, text: &str) -> Result<(), Fault> {
    let served = served(format, text)?;
    readable(&served)
}
