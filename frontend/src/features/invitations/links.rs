//! The one time that the links of invitations are shown: each with its Copy button, or the reason why there is none
//! (R049, R054 to R056).

use leptos::prelude::*;
use shared::{
    error::ErrorCode,
    invitations::{CreatedInvitation, InvitationOutcome},
    permission::Role,
};

use crate::{
    session::use_session,
    text,
    ui::{
        ago::day,
        badge::Tone,
        button::{Button, Look},
        copy::CopyButton,
        effect::effect,
        leave_guard::LeaveGuard,
        notice::Notice,
        number::plural,
    },
};

/// What became of one invitation.
#[derive(Debug, Clone)]
pub struct Made {
    /// Whom it is for; none if whoever holds the link may use it.
    whom: Option<String>,
    outcome: Result<Link, ErrorCode>,
}

#[derive(Debug, Clone)]
struct Link {
    address: String,
    expires_at: i64,
    role: Role,
}

impl From<CreatedInvitation> for Made {
    fn from(made: CreatedInvitation) -> Self {
        Self {
            whom: made.invitation.email.map(|email| email.to_string()),
            outcome: Ok(Link {
                address: made.link.expose().to_owned(),
                expires_at: made.invitation.expires_at.timestamp_millis(),
                role: made.invitation.role,
            }),
        }
    }
}

impl From<InvitationOutcome> for Made {
    fn from(outcome: InvitationOutcome) -> Self {
        match outcome.created {
            Some(made) => made.into(),
            None => Self {
                whom: Some(outcome.email.to_string()),
                outcome: Err(outcome.refused.unwrap_or(ErrorCode::Internal)),
            },
        }
    }
}

/// The links of a dialog, from making them to having copied them. Copying shares it.
#[derive(Clone, Copy)]
pub struct Links {
    made: RwSignal<Vec<Made>>,
    uncopied: RwSignal<Vec<String>>,
}

impl Links {
    /// Forgets the links as soon as the dialog closes, whatever closed it.
    pub fn while_open(open: Signal<bool>) -> Self {
        let links = Self {
            made: RwSignal::new(Vec::new()),
            uncopied: RwSignal::new(Vec::new()),
        };
        effect(move || {
            if !open.get() {
                links.show(Vec::new(), false);
            }
        });
        links
    }

    /// Shows new ones. What is mailed to its address need not be copied.
    pub fn show(self, made: Vec<Made>, mailed: bool) {
        let must_copy = made.iter().filter(|made| !(mailed && made.whom.is_some()));
        let links = must_copy.filter_map(|made| Some(made.outcome.as_ref().ok()?.address.clone()));
        self.uncopied.set(links.collect());
        self.made.set(made);
    }

    /// Whether there are any.
    pub fn are_there(self) -> bool {
        self.made.with(|made| !made.is_empty())
    }

    /// Why the dialog should not be closed.
    pub fn keep_open(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            let sentence = match self.uncopied.with(Vec::len) {
                0 => return None,
                1 => "The link has not been copied yet. It is not shown again.".to_owned(),
                many => format!("{many} links have not been copied yet. They are not shown again."),
            };
            Some(sentence)
        })
    }

    fn copied(self, address: &str) {
        self.uncopied.update(|all| all.retain(|other| other != address));
    }
}

/// The links, with what to do with them.
#[component]
pub fn ShownLinks(
    /// The links.
    links: Links,
    /// Goes back to the form, where there is one.
    #[prop(optional, into)]
    on_more: Option<Callback<()>>,
    /// Closes the dialog.
    on_done: Callback<()>,
) -> impl IntoView {
    let made = links.made.get_untracked();
    let good: Vec<(Option<String>, Link)> = made
        .iter()
        .filter_map(|made| Some((made.whom.clone(), made.outcome.clone().ok()?)))
        .collect();
    let several = good.len() > 1;
    let all = several.then(|| as_text(&good));
    let not_yet = Signal::derive(move || {
        let left = links.uncopied.with(Vec::len);
        (left > 0).then(|| {
            if left == 1 {
                "Copy the link first".to_owned()
            } else {
                "Copy the links first".to_owned()
            }
        })
    });
    let more = on_more.map(|more| {
        view! { <Button look=Look::Quiet blocked=not_yet on_click=move |_| more.run(())>"Invite another"</Button> }
    });
    let copy_all = all.map(|text| {
        view! {
            <CopyButton text label="Copy all" look=Look::Primary on_copied=move |()| links.uncopied.set(Vec::new()) />
        }
    });
    view! {
        <LeaveGuard dirty=Signal::derive(move || links.uncopied.with(|left| !left.is_empty())) />
        <News good />
        <ul class="outcomes">{made.into_iter().map(|made| outcome(made, links, several)).collect_view()}</ul>
        <div class="actions actions-end">
            {more} {copy_all} <Button blocked=not_yet on_click=move |_| on_done.run(())>"Done"</Button>
        </div>
    }
}

/// Each link on a line, after whom it is for.
fn as_text(good: &[(Option<String>, Link)]) -> String {
    let lines = good.iter().map(|(whom, link)| match whom {
        Some(whom) => format!("{whom} {}", link.address),
        None => link.address.clone(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What was made, and whether it is mailed.
#[component]
fn News(good: Vec<(Option<String>, Link)>) -> impl IntoView {
    let server = use_session().server();
    let by_mail = good.iter().any(|(whom, _)| whom.is_some());
    let sends_mail = move || {
        let server = server.get().and_then(Result::ok);
        by_mail && server.is_some_and(|server| server.sends_mail)
    };
    let mail = (!good.is_empty()).then_some({
        move || {
            if sends_mail() {
                " It is mailed as well."
            } else {
                " No mail is sent from here."
            }
        }
    });
    let tone = if good.is_empty() {
        Tone::Warning
    } else {
        Tone::Accent
    };
    view! { <Notice tone><p>{in_words(&good)} {mail}</p></Notice> }
}

/// What the links are good for.
fn in_words(good: &[(Option<String>, Link)]) -> AnyView {
    let Some((whom, first)) = good.first() else {
        return "Nobody was invited.".into_any();
    };
    let (end, role) = (day(first.expires_at), text::role(first.role));
    match (whom, good.len()) {
        (Some(whom), 1) => view! {
            "Send this link to " <strong>{whom.clone()}</strong> ". It works once, until " {end} ", and makes them "
            <strong>{role}</strong> "."
        }
        .into_any(),
        (None, _) => view! {
            "Send this link to whom you want to invite. It works once, until " {end} ", and makes them "
            <strong>{role}</strong> "."
        }
        .into_any(),
        (_, many) => view! {
            {plural(many as u64, "link", "links")} ", one for each person. Each works once, until " {end} ", and makes them "
            <strong>{role}</strong> "."
        }
        .into_any(),
    }
}

fn outcome(made: Made, links: Links, several: bool) -> AnyView {
    let whom = made.whom.map(|whom| view! { <p class="outcome-whom">{whom}</p> });
    let content = match made.outcome {
        Err(code) => view! { <p class="field-error">{code.title()}</p> }.into_any(),
        Ok(link) => {
            let (selected, pressed) = (link.address.clone(), link.address.clone());
            let look = if several { Look::Plain } else { Look::Primary };
            view! {
                <pre class="code code-link" tabindex="0" on:copy=move |_| links.copied(&selected)>{link.address.clone()}</pre>
                <CopyButton text=link.address label="Copy link" look on_copied=move |()| links.copied(&pressed) />
            }
            .into_any()
        }
    };
    view! { <li class="outcome">{whom} {content}</li> }.into_any()
}
