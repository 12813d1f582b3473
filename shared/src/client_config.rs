//! What a new key pair looks like in a client's configuration: the section that `clearml-init` and `clearml.conf`
//! take, and the lines that set up a notebook. Pure text, so that the app, the tests and the commands agree.

use crate::{credentials::CreatedCredential, text::Name};

/// A whole `clearml.conf`, which is also what `clearml-init` takes when it is pasted: it reads on until a line that is
/// a closing brace alone, so that there must be exactly one of those, the last.
#[must_use]
pub fn local_python(created: &CreatedCredential, workspace: &Name) -> String {
    let remark = remark(created.label.as_str(), workspace.as_str());
    let addresses = &created.addresses;
    format!(
        r#"api {{
    # {remark}
    web_server: {web}
    api_server: {api}
    files_server: {files}
    credentials {{
        "access_key" = "{access_key}"
        "secret_key" = "{secret_key}"
    }}
}}
"#,
        web = addresses.web_server,
        api = addresses.api_server,
        files = addresses.files_server,
        access_key = created.access_key,
        secret_key = created.secret_key.expose(),
    )
}

/// Lines for the first cell of a notebook, which set the environment that the SDK reads.
#[must_use]
pub fn jupyter_notebook(created: &CreatedCredential) -> String {
    let addresses = &created.addresses;
    format!(
        "%env CLEARML_WEB_HOST={web}\n\
         %env CLEARML_API_HOST={api}\n\
         %env CLEARML_FILES_HOST={files}\n\
         %env CLEARML_API_ACCESS_KEY={access_key}\n\
         %env CLEARML_API_SECRET_KEY={secret_key}\n",
        web = addresses.web_server,
        api = addresses.api_server,
        files = addresses.files_server,
        access_key = created.access_key,
        secret_key = created.secret_key.expose(),
    )
}

/// Says in a comment which key this is. A comment ends with its line, whatever somebody calls a line's end.
fn remark(label: &str, workspace: &str) -> String {
    let (label, workspace) = (one_line(label), one_line(workspace));
    if label.is_empty() {
        workspace
    } else {
        format!("{label} - {workspace}")
    }
}

fn one_line(text: &str) -> String {
    let ends_a_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let words = text
        .split(|c: char| ends_a_line(c) || c == ' ')
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{server::Addresses, text::SecretText};

    fn created(label: &str) -> CreatedCredential {
        CreatedCredential {
            access_key: "CLRKEY".to_owned(),
            secret_key: SecretText::new("clrs_secret".to_owned()),
            label: label.parse().unwrap(),
            created_at: DateTime::UNIX_EPOCH,
            expires_at: None,
            addresses: Addresses {
                web_server: "https://ml.example.com".to_owned(),
                api_server: "https://ml.example.com/api".to_owned(),
                files_server: "https://ml.example.com/files".to_owned(),
            },
        }
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn r040_the_section_is_a_whole_configuration_file() {
        assert_eq!(
            local_python(&created("laptop"), &name("Ann's workspace")),
            r#"api {
    # laptop - Ann's workspace
    web_server: https://ml.example.com
    api_server: https://ml.example.com/api
    files_server: https://ml.example.com/files
    credentials {
        "access_key" = "CLRKEY"
        "secret_key" = "clrs_secret"
    }
}
"#
        );
    }

    #[test]
    fn r041_pasting_ends_with_the_last_line_and_not_before() {
        for label in ["", "}", "api {", "# } {", "\"\"\"", "a # b"] {
            let text = local_python(&created(label), &name("}"));
            let ends = text.lines().filter(|line| line.trim_end() == "}").count();
            assert_eq!(ends, 1, "{text}");
            assert!(text.ends_with("\n}\n"));
            assert!(
                !text.contains("\n\n"),
                "an empty line ends the pasting too: {text}"
            );
        }
    }

    #[test]
    fn a_key_without_a_label_is_called_by_its_workspace() {
        let text = local_python(&created(""), &name("Research"));
        assert!(text.contains("    # Research\n"), "{text}");
    }

    #[test]
    fn a_comment_stays_on_its_line_whatever_is_in_a_name() {
        for end in ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\0", "\t"] {
            let text = remark(&format!("a{end}b"), &format!("c{end}  d"));
            assert_eq!(text, "a b - c d", "{end:?}");
        }
    }

    #[test]
    fn r166_a_notebook_gets_the_five_variables_that_the_sdk_reads() {
        assert_eq!(
            jupyter_notebook(&created("laptop")),
            "%env CLEARML_WEB_HOST=https://ml.example.com\n\
             %env CLEARML_API_HOST=https://ml.example.com/api\n\
             %env CLEARML_FILES_HOST=https://ml.example.com/files\n\
             %env CLEARML_API_ACCESS_KEY=CLRKEY\n\
             %env CLEARML_API_SECRET_KEY=clrs_secret\n"
        );
    }
}
