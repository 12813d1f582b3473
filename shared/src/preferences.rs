//! The preferences that Clearance itself reads, in one place: their names, their defaults, and how to set them. They lie in
//! the object that ClearML's `users.get_preferences` and `users.set_preferences` read and write, under the names that
//! ClearML's own web app uses, so that both see the same values. What ClearML keeps in the browser alone, or does not
//! have, has a name of its own at the top level, where no save of the other app overwrites it.

use serde_json::{Map, Value, json};

use crate::account::Preferences;

/// `rootProjects`: what is said of lists of projects, and of scripts.
const PROJECTS: &str = "rootProjects";
const SHOW_HIDDEN: &str = "showHidden";
const HIDE_EXAMPLES: &str = "hideExamples";
const BLOCK_SCRIPTS: &str = "blockUserScript";
/// `views`: what is said of the rest of the pages.
const VIEWS: &str = "views";
const NEVER_AGAIN: &str = "neverShowPopupAgain";
const TIPS: &str = "tip-of-the-day";
const HIDE_ARGUMENTS: &str = "hideRedactedArguments";
const ARGUMENTS: &str = "redactedArguments";
/// Our own, at the top level.
const THEME: &str = "theme";
const HIDPI: &str = "hidpi_override";
const TIP: &str = "tip";

/// The container arguments that are masked until somebody says otherwise: those of ClearML.
pub const HIDDEN_ARGUMENTS: [&str; 4] = [
    "CLEARML_API_SECRET_KEY",
    "CLEARML_AGENT_GIT_PASS",
    "AWS_SECRET_ACCESS_KEY",
    "AZURE_STORAGE_KEY",
];

/// What stands in place of a value that is not to be read.
pub const MASK: &str = "********";

/// The preferences as typed values. What is not set, or not of its type, has its default.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are switches")]
pub struct Known {
    /// Projects of the infrastructure are listed beside one's own; off unless said.
    pub show_hidden_projects: bool,
    /// Examples are left out of lists; off unless said.
    pub hide_examples: bool,
    /// The app counters the scale of high-density screens; on unless said.
    pub hidpi_override: bool,
    /// No tip after signing in; off unless said.
    pub no_pro_tips: bool,
    /// Pages from storage are shown without their scripts. On unless said: whoever can write to a bucket could otherwise
    /// run code in the browser of everybody who looks.
    pub block_scripts: bool,
    /// The values of `hidden_arguments` are masked in logs. On unless said: a log is shown to more people than a secret.
    pub hide_arguments: bool,
    /// Names of container arguments, as [`masked`] understands them.
    pub hidden_arguments: Vec<String>,
    /// The theme, by its name.
    pub theme: Option<String>,
    /// When a tip was last put away, in milliseconds since 1970; 0 for never.
    pub tip_at: i64,
    /// Which tip comes next, counted from 0.
    pub next_tip: u64,
}

impl From<&Preferences> for Known {
    fn from(preferences: &Preferences) -> Self {
        let root = &preferences.0;
        let get = |group: &str, key: &str| root.get(group).and_then(|group| group.get(key));
        let is_on = |group, key, default| get(group, key).and_then(Value::as_bool).unwrap_or(default);
        let hidden = get(VIEWS, ARGUMENTS).and_then(Value::as_array);
        Self {
            show_hidden_projects: is_on(PROJECTS, SHOW_HIDDEN, false),
            hide_examples: is_on(PROJECTS, HIDE_EXAMPLES, false),
            hidpi_override: root.get(HIDPI).and_then(Value::as_bool).unwrap_or(true),
            no_pro_tips: never_again(get(VIEWS, NEVER_AGAIN)).any(|popup| popup == TIPS),
            block_scripts: is_on(PROJECTS, BLOCK_SCRIPTS, true),
            hide_arguments: is_on(VIEWS, HIDE_ARGUMENTS, true),
            hidden_arguments: hidden.map_or_else(
                || HIDDEN_ARGUMENTS.map(str::to_owned).into(),
                |all| {
                    all.iter()
                        .filter_map(|one| one.get("key")?.as_str().map(str::to_owned))
                        .collect()
                },
            ),
            theme: root.get(THEME).and_then(Value::as_str).map(str::to_owned),
            tip_at: get(TIP, "at").and_then(Value::as_i64).unwrap_or(0),
            next_tip: get(TIP, "next").and_then(Value::as_u64).unwrap_or(0),
        }
    }
}

fn never_again(popups: Option<&Value>) -> impl Iterator<Item = &str> {
    popups
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// One preference, and what it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// See [`Known::show_hidden_projects`].
    ShowHiddenProjects(bool),
    /// See [`Known::hide_examples`].
    HideExamples(bool),
    /// See [`Known::hidpi_override`].
    HidpiOverride(bool),
    /// See [`Known::no_pro_tips`].
    NoProTips(bool),
    /// See [`Known::block_scripts`].
    BlockScripts(bool),
    /// See [`Known::hide_arguments`].
    HideArguments(bool),
    /// See [`Known::hidden_arguments`].
    HiddenArguments(Vec<String>),
    /// See [`Known::theme`].
    Theme(&'static str),
    /// A tip was put away at this moment, and this one comes next.
    Tip(i64, u64),
}

impl Setting {
    /// Sets it in `preferences`. What else is in them stays.
    pub fn put(&self, preferences: &mut Preferences) {
        let root = &mut preferences.0;
        let (group, key, value) = match self {
            Self::ShowHiddenProjects(on) => (PROJECTS, SHOW_HIDDEN, Value::Bool(*on)),
            Self::HideExamples(on) => (PROJECTS, HIDE_EXAMPLES, Value::Bool(*on)),
            Self::BlockScripts(on) => (PROJECTS, BLOCK_SCRIPTS, Value::Bool(*on)),
            Self::HideArguments(on) => (VIEWS, HIDE_ARGUMENTS, Value::Bool(*on)),
            Self::HiddenArguments(names) => {
                let names = names.iter().map(|name| json!({ "key": name })).collect();
                (VIEWS, ARGUMENTS, Value::Array(names))
            }
            Self::NoProTips(never) => {
                let before = root.get(VIEWS).and_then(|views| views.get(NEVER_AGAIN));
                let mut popups: Vec<Value> = never_again(before)
                    .filter(|popup| *popup != TIPS)
                    .map(Value::from)
                    .collect();
                popups.extend(never.then(|| Value::from(TIPS)));
                (VIEWS, NEVER_AGAIN, Value::Array(popups))
            }
            Self::HidpiOverride(on) => {
                root.insert(HIDPI.to_owned(), Value::Bool(*on));
                return;
            }
            Self::Theme(name) => {
                root.insert(THEME.to_owned(), Value::from(*name));
                return;
            }
            Self::Tip(at, next) => {
                root.insert(TIP.to_owned(), json!({ "at": at, "next": next }));
                return;
            }
        };
        let fields = root.entry(group).or_insert_with(|| Value::Object(Map::new()));
        if !fields.is_object() {
            *fields = Value::Object(Map::new());
        }
        if let Value::Object(fields) = fields {
            fields.insert(key.to_owned(), value);
        }
    }

    /// The key at the top level under which it lies.
    #[must_use]
    pub const fn top_level(&self) -> &'static str {
        match self {
            Self::ShowHiddenProjects(_) | Self::HideExamples(_) | Self::BlockScripts(_) => PROJECTS,
            Self::NoProTips(_) | Self::HideArguments(_) | Self::HiddenArguments(_) => VIEWS,
            Self::HidpiOverride(_) => HIDPI,
            Self::Theme(_) => THEME,
            Self::Tip(..) => TIP,
        }
    }
}

/// What to send so that `settings` hold in preferences that are `now`: only the keys at the top level that they touch, whole,
/// because the server replaces those.
#[must_use]
pub fn change(settings: &[Setting], now: &Preferences) -> Preferences {
    let mut after = now.clone();
    for setting in settings {
        setting.put(&mut after);
    }
    after
        .0
        .retain(|key, _| settings.iter().any(|setting| setting.top_level() == key));
    after
}

/// `text` with the values of the named arguments masked: `NAME=value` and `NAME: value` with or without blanks and quotes,
/// and `--name value` where a name begins with a dash or has one before it. A name that ends in `*` stands for all that
/// begin like it. Where it is not clear how far a value goes, more is masked rather than less.
#[must_use]
pub fn masked(text: &str, names: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut before, mut open) = (' ', None);
    let mut rest = text;
    while let Some(here) = rest.chars().next() {
        if let Some(found) = hidden_value(rest, before, open, names) {
            out.push_str(rest.get(..found.from).unwrap_or_default());
            out.push_str(MASK);
            rest = rest.get(found.to..).unwrap_or_default();
            (before, open) = ('*', found.open);
            continue;
        }
        match open {
            Some(quote) if here == '\n' || (here == quote && before != '\\') => open = None,
            // The apostrophe of "don't" opens nothing.
            None if is_quote(here) && !is_of_name(before) => open = Some(here),
            _ => {}
        }
        out.push(here);
        before = here;
        rest = rest.get(here.len_utf8()..).unwrap_or_default();
    }
    out
}

/// Where a value lies, in bytes, and which quote is still open after it.
struct Found {
    from: usize,
    to: usize,
    open: Option<char>,
}

/// The value of one of `names` in `rest`, if that begins with the name.
fn hidden_value(rest: &str, before: char, open: Option<char>, names: &[String]) -> Option<Found> {
    const BLANKS: [char; 2] = [' ', '\t'];
    names.iter().find_map(|name| {
        let stem = name.strip_suffix('*').unwrap_or(name);
        let mut after = rest.strip_prefix(stem).filter(|_| !stem.is_empty())?;
        if stem.len() < name.len() {
            after = after.trim_start_matches(is_of_name);
        }
        // As in JSON, where the name has quotes of its own.
        let (after, open) = match open.and_then(|quote| after.strip_prefix(quote)) {
            Some(after) => (after, None),
            None => (after, open),
        };
        let is_option = before == '-' || stem.starts_with('-');
        let value = match after.trim_start_matches(BLANKS).strip_prefix(['=', ':']) {
            Some(value) => value.trim_start_matches(BLANKS),
            None if is_option && after.starts_with([' ', '\t', ',']) => {
                after.trim_start_matches([' ', '\t', ','])
            }
            None => return None,
        };
        let length = value_length(value, open);
        let from = rest.len() - value.len();
        let to = from + length;
        (length > 0).then_some(Found { from, to, open })
    })
}

/// How many bytes of `text` are one value, as a shell reads it: up to a blank outside of quotes, or within an open quote up
/// to its end. A quote that is never closed goes on to the end of the line.
fn value_length(text: &str, open: Option<char>) -> usize {
    let mut quote = open;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match quote {
            _ if c == '\\' => escaped = true,
            Some(own) if c == own && open.is_some() => return at,
            Some(own) if c == own => quote = None,
            None if c.is_whitespace() => return at,
            None if is_quote(c) => quote = Some(c),
            _ => {}
        }
    }
    match quote {
        Some(_) => text.find('\n').unwrap_or(text.len()),
        None => text.len(),
    }
}

const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

const fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferences(value: Value) -> Preferences {
        serde_json::from_value(value).unwrap()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn r014_r015_r016_the_defaults_are_those_of_the_product() {
        let known = Known::from(&Preferences::default());
        assert!(!known.show_hidden_projects && !known.hide_examples && !known.no_pro_tips);
        assert!(known.hidpi_override && known.block_scripts && known.hide_arguments);
        assert_eq!(known.hidden_arguments, HIDDEN_ARGUMENTS);
        assert_eq!((known.tip_at, known.next_tip, known.theme), (0, 0, None));
    }

    #[test]
    fn what_the_web_app_of_clearml_wrote_is_read() {
        let known = Known::from(&preferences(json!({
            "rootProjects": {"showHidden": true, "hideExamples": true, "blockUserScript": false, "graphVariant": {}},
            "views": {
                "neverShowPopupAgain": ["other", "tip-of-the-day"],
                "redactedArguments": [{"key": "TOKEN"}, {"odd": 1}, "odd"],
                "hideRedactedArguments": false
            }
        })));
        assert!(known.show_hidden_projects && known.hide_examples && known.no_pro_tips);
        assert!(!known.block_scripts && !known.hide_arguments);
        assert_eq!(known.hidden_arguments, ["TOKEN"]);
    }

    #[test]
    fn values_of_another_type_count_as_not_set() {
        for odd in [
            json!({"rootProjects": 1, "views": []}),
            json!({"rootProjects": {"showHidden": "yes"}, "views": {"redactedArguments": 1}}),
        ] {
            assert_eq!(
                Known::from(&preferences(odd)),
                Known::from(&Preferences::default())
            );
        }
    }

    #[test]
    fn every_setting_is_read_as_it_was_put_and_leaves_the_rest() {
        let before = preferences(json!({
            "rootProjects": {"graphVariant": {"a": 1}},
            "views": {"neverShowPopupAgain": ["other"]},
            "mine": 1
        }));
        let all = [
            Setting::ShowHiddenProjects(true),
            Setting::HideExamples(true),
            Setting::HidpiOverride(false),
            Setting::NoProTips(true),
            Setting::BlockScripts(false),
            Setting::HideArguments(false),
            Setting::HiddenArguments(names(&["A", "B*"])),
            Setting::Theme("dark"),
            Setting::Tip(5, 2),
        ];
        let mut after = before.clone();
        for setting in &all {
            setting.put(&mut after);
        }
        assert_eq!(
            Known::from(&after),
            Known {
                show_hidden_projects: true,
                hide_examples: true,
                hidpi_override: false,
                no_pro_tips: true,
                block_scripts: false,
                hide_arguments: false,
                hidden_arguments: names(&["A", "B*"]),
                theme: Some("dark".to_owned()),
                tip_at: 5,
                next_tip: 2,
            }
        );
        assert_eq!(after.0.get("mine"), Some(&json!(1)));
        assert_eq!(after.0["rootProjects"]["graphVariant"], json!({"a": 1}));
        assert_eq!(
            after.0["views"]["neverShowPopupAgain"],
            json!(["other", "tip-of-the-day"])
        );
        Setting::NoProTips(false).put(&mut after);
        assert_eq!(after.0["views"]["neverShowPopupAgain"], json!(["other"]));
    }

    #[test]
    fn a_change_sends_what_it_touches_and_nothing_else() {
        let now = preferences(json!({"rootProjects": {"graphVariant": 1}, "views": {"a": 1}, "mine": 1}));
        let sent = change(&[Setting::HideExamples(true)], &now);
        assert_eq!(
            sent,
            preferences(json!({"rootProjects": {"graphVariant": 1, "hideExamples": true}}))
        );
        let odd = preferences(json!({"views": "odd"}));
        let sent = change(
            &[Setting::HideArguments(true), Setting::HidpiOverride(true)],
            &odd,
        );
        assert_eq!(
            sent,
            preferences(json!({"views": {"hideRedactedArguments": true}, "hidpi_override": true}))
        );
    }

    #[test]
    fn p07_the_values_of_named_arguments_are_masked_however_they_are_written() {
        let hidden = names(&["KEY", "token", "--secret", "AWS_*"]);
        for (text, shown) in [
            (
                "docker run -e KEY=abc -e N=3 image",
                "docker run -e KEY=******** -e N=3 image",
            ),
            ("-eKEY=abc x", "-eKEY=******** x"),
            ("MY_KEY = abc x", "MY_KEY = ******** x"),
            ("KEY: abc\nnext", "KEY: ********\nnext"),
            ("KEY=\"a b\" x", "KEY=******** x"),
            ("KEY='a \"b' x", "KEY=******** x"),
            ("KEY=a\" b\"c x", "KEY=******** x"),
            ("KEY=a\\ b x", "KEY=******** x"),
            ("-e \"KEY=a b\" x", "-e \"KEY=********\" x"),
            ("'-e', 'KEY=a b', 'N=1'", "'-e', 'KEY=********', 'N=1'"),
            ("{\"KEY\": \"a b\" }", "{\"KEY\": ******** }"),
            ("--token abc x", "--token ******** x"),
            ("--token=abc x", "--token=******** x"),
            ("[\"--token\", \"a b\" ]", "[\"--token\", ******** ]"),
            ("--secret abc x", "--secret ******** x"),
            (
                "AWS_ONE=1 AWS_TWO=2 AW=3",
                "AWS_ONE=******** AWS_TWO=******** AW=3",
            ),
            ("don't KEY=abc x", "don't KEY=******** x"),
            ("KEY='never closed\nnext", "KEY=********\nnext"),
            ("KEY=é x", "KEY=******** x"),
            ("\"KEY='a b' c\" N=1 M=2", "\"KEY=********\" N=1 M=2"),
            (
                "{\"KEY\": 12 , \"N\": \"1\"}",
                "{\"KEY\": ******** , \"N\": \"1\"}",
            ),
        ] {
            assert_eq!(masked(text, &hidden), shown, "{text}");
        }
    }

    #[test]
    fn p07_what_is_not_the_value_of_a_named_argument_stays() {
        let hidden = names(&["KEY", "token", "*", ""]);
        for text in [
            "KEY",
            "KEY=",
            "KEY=\n",
            "the token is here",
            "KEY_2=abc",
            "key=abc",
            "é\n\"ü'",
            "",
        ] {
            assert_eq!(masked(text, &hidden), text, "{text}");
        }
        assert_eq!(masked("KEY=abc", &[]), "KEY=abc");
    }
}
