//! The one time that a secret is shown: as a configuration file and as notebook lines, ready to copy (R038, R040, R166).

use leptos::prelude::*;
use shared::{
    client_config::{jupyter_notebook, local_python},
    credentials::CreatedCredential,
};

use crate::{
    address::{Step, use_address},
    session::CurrentWorkspace,
    ui::{
        ago::day,
        badge::Tone,
        button::{Button, Look},
        copy::CopyButton,
        effect::effect,
        leave_guard::LeaveGuard,
        live::live,
        notice::Notice,
        tabs::{Tab, Tabs},
    },
};

const PYTHON: &str = "local-python";
const JUPYTER: &str = "jupyter-notebook";
const KEEP_OPEN: &str =
    "The secret has not been copied yet. It is never shown again: without it, this key is of no use.";
const UNDER_WAY: &str = "The key is being made. Wait for its secret, which is shown once.";

/// A new pair in a dialog, from making it to having copied it.
#[derive(Clone, Copy)]
pub struct Once {
    created: RwSignal<Option<CreatedCredential>>,
    copied: RwSignal<bool>,
}

impl Once {
    /// Forgets the secret as soon as the dialog closes, whatever closed it.
    pub fn while_open(open: Signal<bool>) -> Self {
        let once = Self {
            created: RwSignal::new(None),
            copied: RwSignal::new(false),
        };
        effect(move || {
            if !open.get() {
                once.created.set(None);
                once.copied.set(false);
            }
        });
        once
    }

    /// Shows a new pair.
    pub fn show(self, created: CreatedCredential) {
        self.copied.set(false);
        self.created.set(Some(created));
    }

    /// The new pair, once there is one.
    pub fn created(self) -> Option<CreatedCredential> {
        self.created.get()
    }

    /// Why the dialog should not be closed.
    pub fn keep_open(self, busy: Signal<bool>) -> Signal<Option<String>> {
        Signal::derive(move || {
            let reason = if busy.get() {
                Some(UNDER_WAY)
            } else {
                self.is_unsaved().then_some(KEEP_OPEN)
            };
            reason.map(str::to_owned)
        })
    }

    fn is_unsaved(self) -> bool {
        self.created.with(Option::is_some) && !self.copied.get()
    }
}

/// The new pair, ready to copy.
#[component]
pub fn ShownOnce(
    /// The pair.
    created: CreatedCredential,
    /// Knows whether it was copied.
    once: Once,
    /// Where it works.
    workspace: CurrentWorkspace,
    /// Closes the dialog.
    on_done: Callback<()>,
) -> impl IntoView {
    let address = use_address();
    let chosen = Signal::derive(move || match address.get("tab").as_deref() {
        Some(JUPYTER) => JUPYTER.to_owned(),
        _ => PYTHON.to_owned(),
    });
    let name = untrack(|| workspace.get()).map(|workspace| workspace.name);
    let python = name.map(|name| local_python(&created, &name)).unwrap_or_default();
    let jupyter = jupyter_notebook(&created);
    let tabs = vec![
        Tab {
            key: PYTHON,
            label: "LOCAL PYTHON",
        },
        Tab {
            key: JUPYTER,
            label: "JUPYTER NOTEBOOK",
        },
    ];
    let choose = move |key: &'static str| address.change(Step::Same, &[("tab", Some(key.to_owned()))]);
    let (python_text, jupyter_text) = (python.clone(), jupyter.clone());
    let panel = move || {
        if chosen.get() == JUPYTER {
            view! {
                <p>"Run this in the first cell of the notebook:"</p>
                <Text text=jupyter_text.clone() once />
            }
            .into_any()
        } else {
            view! {
                <p>
                    "Run " <code>"clearml-init"</code> " and paste this, or save it as " <code>"~/clearml.conf"</code> ":"
                </p>
                <Text text=python_text.clone() once />
            }
            .into_any()
        }
    };
    let text = Signal::derive(move || {
        if chosen.get() == JUPYTER {
            jupyter.clone()
        } else {
            python.clone()
        }
    });
    let (label, ends) = in_words(&created);
    let not_yet = Signal::derive(move || once.is_unsaved().then(|| "Copy the secret first".to_owned()));
    view! {
        <LeaveGuard dirty=Signal::derive(move || once.is_unsaved()) />
        <Notice tone=Tone::Warning>
            <p><strong>"This is the only time that the secret is shown."</strong> " Copy it now and keep it like a password."</p>
        </Notice>
        <p class="muted">"Key " {label} " in " <strong>{live(move || workspace.name())}</strong> ", " {ends} "."</p>
        <Tabs label="How to use the credentials" tabs chosen on_choose=choose>{panel}</Tabs>
        <div class="actions actions-end">
            <CopyButton text label="Copy" look=Look::Primary on_copied=move |()| once.copied.set(true) />
            <Button blocked=not_yet on_click=move |_| on_done.run(())>"Done"</Button>
        </div>
    }
}

/// What the key is called and when it ends.
fn in_words(created: &CreatedCredential) -> (String, String) {
    let label = match created.label.as_str() {
        "" => "without a label".to_owned(),
        label => format!("“{label}”"),
    };
    let ends = match created.expires_at {
        Some(end) => format!("ends on {}", day(end.timestamp_millis())),
        None => "never expires".to_owned(),
    };
    (label, ends)
}

#[component]
fn Text(text: String, once: Once) -> impl IntoView {
    view! { <pre class="code code-once" tabindex="0" on:copy=move |_| once.copied.set(true)>{text}</pre> }
}
