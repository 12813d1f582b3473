//! What was done, in words. What is not known here is told by its own name.

use crate::ui::dom;

/// Nouns that begin an action, and what is called so here.
const NOUNS: &[(&str, &str)] = &[
    ("member", "Member"),
    ("invitation", "Invitation"),
    ("credential", "Key"),
    ("workspace", "Workspace"),
    ("session", "Browser session"),
    ("account", "Account"),
    ("audit", "Log"),
    ("vault", "Vault"),
];

/// Actions of which the plain reading would be clumsy.
const ACTIONS: &[(&str, &str)] = &[
    ("member.change_role", "Role changed"),
    ("invitation.resend", "Invitation renewed"),
    ("credential.found", "Key reported as found"),
    ("workspace.change_seats", "Seats changed"),
    ("session.sign_in", "Signed in"),
    ("session.sign_in_failed", "Sign-in failed"),
    (
        "session.new_password_required",
        "Sign-in held: a new password is asked for",
    ),
    ("session.sign_out", "Signed out"),
    ("session.ask_for_password", "Password link asked for"),
    ("session.revoke", "Browser signed out"),
    ("session.revoke_others", "Other browsers signed out"),
    ("account.ask_new_password", "New password asked for"),
    ("account.keep_password", "New password asked for no more"),
    ("account.change_operator", "Operator changed"),
    ("account.change_password", "Password changed"),
    (
        "account.change_password_failed",
        "Password not changed: the current one was wrong",
    ),
    ("account.offer_password", "Password link made"),
    ("account.reset_password", "Password chosen by link"),
    ("server.offer_set_up", "Set-up link made"),
    ("server.set_up", "Server set up"),
    ("mail.give_up", "Mail given up"),
    ("keys.reseal", "Sealed values sealed anew"),
];

/// What people can look for: an action's noun, or an action, with its words.
pub const WORKSPACE_CHOICES: &[&str] = &[
    "member",
    "member.change_role",
    "member.remove",
    "invitation",
    "credential",
    "credential.create",
    "credential.rotate",
    "credential.revoke",
    "vault",
    "vault.change",
    "vault.delete",
    "workspace",
];

/// The same for the server's log.
pub const SERVER_CHOICES: &[&str] = &[
    "account",
    "account.create",
    "account.disable",
    "account.delete",
    "account.change_operator",
    "account.change_password",
    "session",
    "session.sign_in",
    "session.sign_in_failed",
    "workspace",
    "server",
    "mail",
];

/// An action or its noun alone: "Key revoked", "Key: everything".
pub fn action(name: &str) -> String {
    if let Some(words) = find(ACTIONS, name) {
        return words.to_owned();
    }
    match name.split_once('.') {
        Some((what, verb)) => format!("{} {}", noun(what), done(verb)),
        None => format!("{}: everything", noun(name)),
    }
}

/// What a kind of thing is called.
pub fn noun(kind: &str) -> String {
    find(NOUNS, kind).map_or_else(|| capitalised(kind), str::to_owned)
}

/// A field's name as words: `max_members` is "Max members".
pub fn capitalised(name: &str) -> String {
    dom::capitalised(&name.replace('_', " "))
}

/// How it was done, in words, for the kinds of actor that there are.
pub fn way(kind: &str) -> &str {
    match kind {
        "session" => "in a browser",
        "key" => "with a key",
        "anonymous" => "before signing in",
        "system" => "by the server itself",
        other => other,
    }
}

/// A verb as something that was done: `revoke` is "revoked", `hand_over` is "handed over".
fn done(verb: &str) -> String {
    let (head, rest) = verb.split_once('_').unwrap_or((verb, ""));
    let head = match head {
        "leave" => "left".to_owned(),
        "make" => "made".to_owned(),
        "transfer" => "handed over".to_owned(),
        head if head.ends_with('e') => format!("{head}d"),
        head => format!("{head}ed"),
    };
    format!("{head} {}", rest.replace('_', " ")).trim_end().to_owned()
}

fn find<'a>(table: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    table
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_reads_as_what_was_done() {
        for (name, words) in [
            ("credential.revoke", "Key revoked"),
            ("member.leave", "Member left"),
            ("workspace.transfer", "Workspace handed over"),
            ("session.sign_in", "Signed in"),
            ("member", "Member: everything"),
            ("queue.hand_over", "Queue handed over"),
            ("odd", "Odd: everything"),
        ] {
            assert_eq!(action(name), words, "{name}");
        }
    }

    #[test]
    fn every_choice_has_words_of_its_own() {
        for choices in [WORKSPACE_CHOICES, SERVER_CHOICES] {
            let mut words: Vec<_> = choices.iter().map(|choice| action(choice)).collect();
            words.sort();
            words.dedup();
            assert_eq!(words.len(), choices.len());
        }
    }

    #[test]
    fn names_of_fields_become_words() {
        assert_eq!(capitalised("max_credential_days"), "Max credential days");
        assert_eq!(capitalised(""), "");
    }
}
