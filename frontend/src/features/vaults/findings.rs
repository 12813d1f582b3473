//! What is found in a content, each with the way to its line (N04).

use leptos::prelude::*;
use shared::vaults::{Severity, VaultFinding};

use crate::ui::{
    badge::{Badge, Tone},
    button::{Button, Look},
    live::live,
    number::plural,
};

/// The list; nothing while nothing is found.
#[component]
pub fn Findings(
    /// What is found.
    findings: RwSignal<Vec<VaultFinding>>,
    /// Shows a line and a column.
    #[prop(into)]
    on_show: Callback<(u64, u64)>,
) -> impl IntoView {
    let count = move || {
        let count = findings.with(Vec::len) as u64;
        (count > 0).then(|| plural(count, "finding", "findings"))
    };
    let item = move |finding: VaultFinding| {
        let (tone, word) = match finding.severity {
            Severity::Error => (Tone::Danger, "Error"),
            Severity::Warning => (Tone::Warning, "Warning"),
            Severity::Note => (Tone::Neutral, "Note"),
        };
        let place = (finding.line, finding.column);
        let line = format!("Line {}", finding.line);
        view! {
            <li class="finding">
                <Badge tone>{word}</Badge>
                <Button look=Look::Quiet on_click=move |_| on_show.run(place)>{line}</Button>
                <p>
                    {finding.key.map(|key| view! { <code>{key}</code> ": " })} {finding.message}
                </p>
            </li>
        }
    };
    view! {
        <div class="findings">
            <p class="overline" role="status">{count}</p>
            <ul aria-label="Findings">{live(move || findings.get().into_iter().map(item).collect_view())}</ul>
        </div>
    }
}
