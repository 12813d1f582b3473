//! What is told about a text that clients can read, and where.

use clientconf::check::{Format, check};
use clientconf::fault::FaultKind;
use clientconf::lint::{Code, Finding, Severity, lint};

fn told(text: &str) -> Vec<(Severity, Code, String, u32, u32)> {
    findings(Format::Hocon, text)
        .into_iter()
        .map(|f| (f.severity, f.code, f.path.join("."), f.line, f.column))
        .collect()
}

fn findings(format: Format, text: &str) -> Vec<Finding> {
    lint(format, text).unwrap_or_else(|fault| panic!("{fault}"))
}

fn one(text: &str) -> Finding {
    let mut all = findings(Format::Hocon, text);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[cfg(test)]
fn line_and_column(format: Format, text: &str) -> (u32, u32, FaultKind) {
    let fault = check(format, text).unwrap_err();
    assert!(fault.message.ends_with('.'), "{fault}");
    (fault.line, fault.column, fault.kind)
}

#[test]
fn a_vault_as_it_should_be_has_nothing_to_tell() {
    let text = "sdk {\n  aws.s3 { region: eu, credentials: [ { bucket: a, key: k, secret: s } ] }\n  apply_environment = true\n}\n\
                environment { A = 1 }\nagent.git_user = bot\nagent.extra_docker_arguments: [\"-v\", \"/a:/b\"]\n";
    assert_eq!(told(text), []);
}

#[test]
fn an_unknown_key_has_its_neighbour() {
    let finding = one("sdk {\n  developement { default_output_uri: x }\n}\n");
    assert_eq!(
        (finding.code, finding.severity, finding.line, finding.column),
        (Code::UnknownKey, Severity::Warning, 2, 3)
    );
    assert!(
        finding.message.contains("Did you mean development?"),
        "{}",
        finding.message
    );
    let finding = one("sdk.aws.s3.credentials: [{ buket: a }]\n");
    assert_eq!(finding.path, ["sdk", "aws", "s3", "credentials", "[]", "buket"]);
    assert!(
        finding.message.contains("Did you mean bucket?"),
        "{}",
        finding.message
    );
    assert_eq!(one("SDK.aws.s3.key = x\n").severity, Severity::Warning);
    assert_eq!(one("mine { a = 1, b = 2 }\n").severity, Severity::Note);
}

#[test]
fn many_keys_are_judged_soon() {
    let mut text = String::new();
    for i in 0..5_000 {
        text = text + "environment.KEY_" + &i.to_string() + " = x\n";
    }
    let started = std::time::Instant::now();
    assert_eq!(one(&text).code, Code::EnvironmentOff);
    assert!(
        started.elapsed() < std::time::Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn dots_in_quotes_make_no_path() {
    let finding = one("\"sdk.aws\" { s3 = 1 }\n");
    assert!(
        finding.message.contains("dots make no path"),
        "{}",
        finding.message
    );
}

#[test]
fn the_six_keys_that_no_vault_sets_are_told() {
    for key in [
        "cuda_version",
        "cudnn_version",
        "default_python",
        "worker_id",
        "worker_name",
        "debug",
    ] {
        let finding = one(&format!("agent {{ {key} = 1 }}\n"));
        assert_eq!(
            (finding.code, finding.severity),
            (Code::NotFromVaults, Severity::Warning),
            "{key}"
        );
    }
}

#[test]
fn what_comes_too_late_for_a_session_is_told() {
    let codes: Vec<Code> = findings(
        Format::Hocon,
        "api { api_server: \"http://x\"\n credentials { access_key: a } }\n",
    )
    .iter()
    .map(|f| f.code)
    .collect();
    assert_eq!(codes, [Code::SessionKey; 3]);
    assert_eq!(told("api.files_server = \"http://x\"\n"), []);
}

#[test]
fn a_value_in_place_of_a_section_is_an_error() {
    let finding = one("sdk: aws\n");
    assert_eq!(
        (finding.code, finding.severity, finding.line, finding.column),
        (Code::ReplacesSection, Severity::Error, 1, 1)
    );
    assert_eq!(one("sdk.aws.s3 = null\n").code, Code::ReplacesSection);
}

#[test]
fn values_of_another_kind_are_told() {
    for text in [
        "sdk.apply_files = \"true\"",
        "sdk.metrics.images.quality = high",
        "agent.extra_docker_arguments = x",
        "sdk.aws.s3.region { a = 1 }",
        "sdk.log.task_log_buffer_capacity = \"66\"",
    ] {
        assert!(
            findings(Format::Hocon, text)
                .iter()
                .any(|f| f.code == Code::WrongKind),
            "{text}"
        );
    }
}

#[test]
fn includes_and_substitutions_are_explained() {
    let text = "include \"x.conf\"\nsdk.aws.s3.region = ${REGION}\nagent.git_user = ${?BOT}\nagent.git_host = ${sdk.other}\n\
                agent.git_pass = \"${PASS}\"\n";
    let all: Vec<_> = findings(Format::Hocon, text)
        .into_iter()
        .map(|f| (f.severity, f.code, f.line, f.column))
        .collect();
    assert_eq!(
        all,
        [
            (Severity::Error, Code::Include, 1, 1),
            (Severity::Warning, Code::FromEnvironment, 2, 21),
            (Severity::Note, Code::FromEnvironment, 3, 18),
            (Severity::Error, Code::OtherText, 4, 18),
            (Severity::Note, Code::QuotedSubstitution, 5, 18),
        ]
    );
}

#[test]
fn environment_and_files_want_their_switch() {
    assert_eq!(one("environment { A = 1 }\n").code, Code::EnvironmentOff);
    assert_eq!(
        one("files { one { path: x, contents: y } }\n").code,
        Code::FilesOff
    );
    assert_eq!(
        told("files { one { path: x, contents: y } }\nsdk.apply_files: true\n"),
        []
    );
}

#[test]
fn a_key_that_is_set_twice_is_told_but_not_one_that_is_added_to() {
    let finding = one("agent.git_user = a\nagent { git_user = b }\n");
    assert_eq!(
        (finding.code, finding.line, finding.column),
        (Code::Duplicate, 2, 9)
    );
    assert_eq!(
        told("agent.extra_docker_arguments = [a]\nagent.extra_docker_arguments += [b]\n"),
        []
    );
    assert_eq!(
        told("sdk.aws.s3.credentials: [{ bucket: a }, { bucket: b }]\n"),
        []
    );
}

#[test]
fn what_the_grammar_reads_in_its_own_way_is_told() {
    assert_eq!(one("mine = 1\n").code, Code::UnknownKey);
    let has = |text: &str, code: Code| {
        assert!(
            findings(Format::Hocon, text).iter().any(|f| f.code == code),
            "{text}"
        );
    };
    has("sdk.aws.s3.region = yes\n", Code::Word);
    has("sdk.aws.s3.region = 5s\n", Code::Duration);
    has("sdk.aws.s3.region = 5  ", Code::NumberAsText);
    has("sdk.aws.s3.region = \"\\u00e9\"\n", Code::Escape);
    has("agent.extra_docker_arguments = [\"\", a]\n", Code::EmptyElement);
    has("", Code::Empty);
}

#[test]
fn findings_of_yaml_are_on_its_lines() {
    let text = "# first\nsdk:\n  # more\n  aws:\n    s3:\n      regoin: x\n";
    let all = findings(Format::Yaml, text);
    assert_eq!(
        all.iter().map(|f| (f.code, f.line, f.column)).collect::<Vec<_>>(),
        [(Code::UnknownKey, 6, 7)]
    );
}

#[test]
fn findings_never_quote_a_value() {
    let text = "sdk.apply_files = hunter2\nsdk.metrics.images.quality = \"hunter2\"\nsdk: hunter2\nenvironment { A = hunter2 }\nx = \"hunter2 \\u00e9\"\n";
    let all = findings(Format::Hocon, text);
    assert!(all.len() >= 4);
    assert!(all.iter().all(|f| !f.message.contains("hunter2")), "{all:?}");
}

#[test]
fn faults_have_their_line_and_column() {
    use FaultKind::{Limit, Mismatch, Substitution, Syntax, Unsayable};
    for (format, text, wanted) in [
        (Format::Hocon, "a = 1\nb = \"x\nc = 2\n", (2, 5, Syntax)),
        (Format::Hocon, "a {\n\tb = p@ss\n}\n", (2, 7, Syntax)),
        (Format::Hocon, "a {\n  b = 1\n", (3, 1, Syntax)),
        (Format::Hocon, "a = [1] x\n", (1, 5, Mismatch)),
        (Format::Hocon, "a = 1\na { b = 1 }\n", (2, 1, Mismatch)),
        (Format::Hocon, "a = ${b}\nb = ${a}\n", (1, 5, Substitution)),
        (Format::Hocon, "a = null x\n", (1, 5, Unsayable)),
        (Format::Json, "{\"a\": 1,}", (1, 9, Syntax)),
        (Format::Json, "{\n \"é\": x}", (2, 7, Syntax)),
        (Format::Json, "[]", (1, 1, Syntax)),
        (Format::Yaml, "a: 1\na: 2\n", (2, 1, Unsayable)),
        (Format::Yaml, "a:\n  - \"\"\n", (2, 5, Unsayable)),
        (Format::Yaml, "a: .inf\n", (1, 4, Unsayable)),
    ] {
        assert_eq!(line_and_column(format, text), wanted, "{text:?}");
    }
    assert_eq!(
        line_and_column(Format::Hocon, &"x".repeat(1024 * 1024 + 1)),
        (1, 1, Limit)
    );
}

#[test]
fn bombs_are_refused_with_a_message() {
    let chain = |first: &str, join: &str| {
        let next = |text: String, i: usize| format!("{text}k{i} = ${{k{p}}}{join}${{k{p}}}\n", p = i - 1);
        (1..40).fold(format!("k0 = {first}\n"), next)
    };
    let blocks = (1..40).fold("k0 { a = 1 }\n".to_owned(), |text, i| {
        format!("{text}k{i} {{ l = ${{k{p}}}, r = ${{k{p}}} }}\n", p = i - 1)
    });
    let nested = (0..170).fold("k170 = 1\n".to_owned(), |text, i| {
        format!("{text}k{i} {{ v = ${{k{n}}} }}\n", n = i + 1)
    });
    for text in [
        chain("lolololol", ""),
        chain("[1, 2, 3]", " "),
        blocks,
        nested,
        "a {".repeat(5000),
        "a = ".to_owned() + &"[".repeat(5000),
        "[".repeat(5000),
    ] {
        let fault = check(Format::Hocon, &text).unwrap_err();
        assert!(
            fault.kind == FaultKind::Limit || fault.message.contains("no list"),
            "{fault}"
        );
    }
    let aliases = (1..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, i| {
        format!("{text}a{i}: &a{i} [*a{p}, *a{p}]\n", p = i - 1)
    });
    assert_eq!(check(Format::Yaml, &aliases).unwrap_err().kind, FaultKind::Limit);
}

#[test]
fn an_include_beside_a_substitution_that_comes_to_nothing_is_refused_by_all() {
    let text = "a = 1\nb =include \"#\"${?b}";
    let fault = check(Format::Hocon, text).unwrap_err();
    assert_eq!(lint(Format::Hocon, text).unwrap_err(), fault);
}
