//! What stands in for content that is still on its way: as high as the content will be, and invisible for the first
//! 200 ms, so that a quick answer never flickers.

use leptos::prelude::*;

/// What is being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skeleton {
    /// So many lines of text.
    Lines(usize),
    /// So many cards.
    Cards(usize),
    /// A table with so many rows.
    Rows(usize),
    /// A form with so many fields.
    Fields(usize),
}

impl Skeleton {
    /// Draws it.
    pub fn view(self) -> AnyView {
        let (class, count) = match self {
            Self::Lines(count) => ("bone bone-line", count),
            Self::Cards(count) => ("bone bone-card", count),
            Self::Rows(count) => ("bone bone-row", count),
            Self::Fields(count) => ("bone bone-field", count),
        };
        let bones = (0..count)
            .map(|_| view! { <span class=class></span> })
            .collect_view();
        view! {
            <div class="skeleton" role="status">
                <span class="visually-hidden">"Loading…"</span>
                {bones}
            </div>
        }
        .into_any()
    }
}
