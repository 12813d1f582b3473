//! A content that is being written: the editor with the choice of format and a file to take it from. What clients could not
//! read, and what else is found, is marked as soon as one pauses.

use std::{cell::Cell, rc::Rc, time::Duration};

use leptos::{ev::Event, prelude::*};
use shared::{
    ids::WorkspaceId,
    text::SecretText,
    vaults::{CheckVault, MOST_BYTES, Severity, VaultFinding, VaultFormat, VaultTarget, VaultText},
    workspaces::InWorkspace,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};

use crate::{
    api::call,
    features::vaults::{findings::Findings, language},
    sending::{MEANWHILE, Sending},
    ui::{
        badge::Tone,
        button::Button,
        code_editor::{Code, CodeEditor},
        effect::effect,
        field::SelectField,
        icon::{Icon, Symbol},
        live::live,
        notice::Notice,
    },
};

/// The field of the contract in which the content is.
pub const CONTENT: &str = "/content";
/// After the last key, until a fault is told.
const SOON: Duration = Duration::from_millis(200);
/// After that, until the server is asked.
const LATER: Duration = Duration::from_millis(100);
/// The same for texts that take a moment to send.
const MUCH_LATER: Duration = Duration::from_millis(1500);

/// A content that is being written. Copying shares it.
#[derive(Clone, Copy)]
pub struct Draft {
    /// The text.
    pub code: Code,
    /// How it is written.
    pub format: RwSignal<String>,
    /// What the vault is for, as the contract names it.
    pub target: RwSignal<String>,
    findings: RwSignal<Vec<VaultFinding>>,
    /// The text in which the server found that, and its format.
    judged: StoredValue<Option<(VaultFormat, String)>>,
    kept: StoredValue<(String, String)>,
    refused: RwSignal<Option<String>>,
}

impl Draft {
    /// Begins with what is kept.
    pub fn new(target: VaultTarget, format: VaultFormat, content: String) -> Self {
        let format = format.as_str().to_owned();
        Self {
            code: Code::new(content.clone()),
            format: RwSignal::new(format.clone()),
            target: RwSignal::new(target.as_str().to_owned()),
            findings: RwSignal::new(Vec::new()),
            judged: StoredValue::new(None),
            kept: StoredValue::new((format, content)),
            refused: RwSignal::new(None),
        }
    }

    /// Whether something else is written than what is kept.
    pub fn is_changed(self) -> bool {
        let (text, format) = (self.code.text(), self.format.get());
        self.kept
            .with_value(|(was, content)| *was != format || text.with(|text| text != content))
    }

    /// What the vault is for.
    pub fn target(self) -> VaultTarget {
        let named = self.target.get();
        let found = VaultTarget::ALL
            .into_iter()
            .find(|target| target.as_str() == named);
        found.unwrap_or_default()
    }

    /// How it is written. Storage entries are JSON.
    pub fn format(self) -> VaultFormat {
        let named = self.format.get();
        if self.target() == VaultTarget::Storage {
            return VaultFormat::Json;
        }
        let found = VaultFormat::ALL
            .into_iter()
            .find(|format| format.as_str() == named);
        found.unwrap_or_default()
    }

    /// What is written, if clients can read it; else the caret is where they cannot.
    pub fn content(self) -> Option<SecretText> {
        let (format, target) = untrack(move || (self.format(), self.target()));
        let text = self.code.text().get_untracked();
        if let Some(fault) = language::fault(format, target, &text) {
            self.code.go_to(fault.line, fault.column);
            self.findings.set(vec![fault]);
            return None;
        }
        let is_judged = self.judged.with_value(|judged| {
            judged
                .as_ref()
                .is_some_and(|(was, of)| *was == format && *of == text)
        });
        if let Some(fault) = untrack(|| self.first_error()).filter(|_| is_judged) {
            self.code.go_to(fault.line, fault.column);
            return None;
        }
        Some(SecretText::new(text))
    }

    fn first_error(self) -> Option<VaultFinding> {
        self.findings
            .with(|all| all.iter().find(|one| one.severity == Severity::Error).cloned())
    }

    /// Forgets what the server said of the content as soon as something else is written.
    pub fn clears(self, sending: &Sending) {
        let _ = sending.watch(CONTENT, self.code.text(), |_| None);
    }

    /// Looks at what is written whenever that changes, and at what else the server finds.
    fn watch(self, workspace_id: WorkspaceId) {
        let latest = Rc::new(Cell::new(0_u32));
        effect(move || {
            let text = self.code.text();
            let (format, target) = (self.format(), self.target());
            let length = text.with(String::len);
            let mine = latest.get() + 1;
            latest.set(mine);
            let ask_after = if length > MOST_BYTES / 8 {
                MUCH_LATER
            } else {
                LATER
            };
            let latest = latest.clone();
            let look = move || {
                let Some(text) = text.try_get_untracked() else {
                    return;
                };
                let fault = language::fault(format, target, &text);
                let is_good = fault.is_none();
                let _ = self.findings.try_set(fault.into_iter().collect());
                if is_good && target == VaultTarget::Config && !text.is_empty() {
                    leptos::task::spawn_local(self.ask(workspace_id, format, text, ask_after, latest, mine));
                }
            };
            if let Ok(timer) = set_timeout_with_handle(look, SOON) {
                on_cleanup(move || timer.clear());
            }
        });
    }

    async fn ask(
        self,
        workspace_id: WorkspaceId,
        format: VaultFormat,
        text: String,
        after: Duration,
        latest: Rc<Cell<u32>>,
        mine: u32,
    ) {
        pause(after).await;
        if latest.get() != mine {
            return;
        }
        let content = SecretText::new(text.clone());
        let report =
            call::<CheckVault>(InWorkspace { workspace_id }, (), VaultText { format, content }).await;
        // Without an answer nothing is known; saving says the rest.
        if latest.get() == mine
            && let Ok(report) = report
        {
            let _ = self.judged.try_set_value(Some((format, text)));
            let _ = self.findings.try_set(report.findings);
        }
    }

    /// Takes the content of a file.
    fn import(self, file: File) {
        self.refused.set(None);
        #[expect(clippy::cast_precision_loss, reason = "a megabyte")]
        if file.size() > MOST_BYTES as f64 {
            self.refused.set(Some(
                "The file is larger than 1 MiB, the most that a vault can hold.".to_owned(),
            ));
            return;
        }
        leptos::task::spawn_local(async move {
            let read = JsFuture::from(file.text())
                .await
                .ok()
                .and_then(|text| text.as_string());
            let refused = match read {
                None => Some("The file could not be read. Choose it again."),
                Some(text) if text.contains(['\u{fffd}', '\0']) => Some("The file is not text in UTF-8."),
                Some(text) => {
                    let _ = self
                        .format
                        .try_set(language::of_file(&file.name()).as_str().to_owned());
                    self.code.write(text);
                    None
                }
            };
            let _ = self.refused.try_set(refused.map(str::to_owned));
        });
    }
}

async fn pause(length: Duration) {
    let wait = js_sys::Promise::new(&mut |done, _failed| {
        let milliseconds = i32::try_from(length.as_millis()).unwrap_or_default();
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, milliseconds);
    });
    let _ = JsFuture::from(wait).await;
}

/// Why a dialog with unsaved changes should stay.
pub fn keep_open(unsaved: RwSignal<bool>) -> Signal<Option<String>> {
    Signal::derive(move || unsaved.get().then(|| "Your changes are not kept yet.".to_owned()))
}

/// Notes whether a draft has changes that would be lost, as long as it is written.
pub fn note_changes(changed: impl Fn() -> bool + 'static, unsaved: RwSignal<bool>) {
    effect(move || unsaved.set(changed()));
    on_cleanup(move || {
        let _ = unsaved.try_set(false);
    });
}

/// The editor of a draft, inside a form.
#[component]
pub fn DraftEditor(
    /// Where the vault is.
    workspace_id: WorkspaceId,
    /// What is written.
    draft: Draft,
    /// Why the server did not take the content.
    error: Signal<Option<String>>,
) -> impl IntoView {
    draft.watch(workspace_id);
    let formats = VaultFormat::ALL
        .map(|format| (format.as_str().to_owned(), language::name(format).to_owned()))
        .to_vec();
    let is_config = Memo::new(move |_| draft.target() == VaultTarget::Config);
    let wrong = Memo::new(move |_| draft.first_error().map(|fault| (fault.line, fault.column)));
    let told = Signal::derive(move || {
        error.get().or_else(|| {
            let fault = draft.first_error()?;
            Some(format!(
                "Line {}, column {}: {}",
                fault.line, fault.column, fault.message
            ))
        })
    });
    let refused = draft.refused;
    let choose = move || {
        is_config.get().then(|| view! { <SelectField label="Format" value=draft.format options=Signal::stored(formats.clone()) /> })
    };
    view! {
        <div class="draft-head">
            {choose}
            <FileButton on_file=move |file| draft.import(file) />
        </div>
        {live(move || refused.get().map(|sentence| view! { <p class="field-error" role="alert">{sentence}</p> }))}
        <CodeEditor label="Content" code=draft.code colours=language::colours(move || draft.format()) wrong=wrong error=told />
        <Findings findings=draft.findings on_show=move |(line, column)| draft.code.go_to(line, column) />
    }
}

/// Says that somebody else changed the vault since it was loaded, and loads that.
pub fn overtaken(sending: &Sending, on_load: Callback<()>) -> AnyView {
    let told = sending.errors.of(MEANWHILE);
    let notice = move || {
        told.with(Option::is_some).then(|| {
            view! {
                <Notice tone=Tone::Warning>
                    <p role="alert">"Changed by somebody else meanwhile. Your text is kept here: copy it, or load theirs."</p>
                    <Button on_click=move |_| on_load.run(())>"Load theirs"</Button>
                </Notice>
            }
        })
    };
    live(notice).into_any()
}

/// A button that asks for a file.
#[component]
fn FileButton(#[prop(into)] on_file: FileTaken) -> impl IntoView {
    let chosen = move |event: Event| {
        let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            (on_file.0)(file);
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <label class="button file-button">
            <input type="file" class="visually-hidden" accept=".conf,.hocon,.json,.yaml,.yml,.txt" on:change=chosen />
            <Icon symbol=Symbol::Upload />
            <span class="button-words">"Import file"</span>
        </label>
    }
}

/// Takes a file, which stays in its thread.
struct FileTaken(Box<dyn Fn(File)>);

impl<F: Fn(File) + 'static> From<F> for FileTaken {
    fn from(take: F) -> Self {
        Self(Box::new(take))
    }
}
