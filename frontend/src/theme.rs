//! Light, dark or as the system says; remembered by the browser. `theme.js` applies the choice before the first paint.

use leptos::prelude::*;

use crate::ui::{dom, icon::Symbol};

const KEY: &str = "theme";

/// What one chose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// Whatever the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Its picture.
    pub const fn symbol(self) -> Symbol {
        match self {
            Self::System => Symbol::Monitor,
            Self::Light => Symbol::Sun,
            Self::Dark => Symbol::Moon,
        }
    }

    /// Its name for machines: what the browser and the account remember.
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with this name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.key() == key)
    }
}

/// The theme in use. Cloning shares it.
#[derive(Debug, Clone, Copy)]
pub struct CurrentTheme(RwSignal<Theme>);

impl CurrentTheme {
    /// The choice.
    pub fn get(self) -> Theme {
        self.0.get()
    }

    /// The choice at this moment.
    pub fn get_untracked(self) -> Theme {
        self.0.get_untracked()
    }

    /// Applies and remembers another choice.
    pub fn set(self, theme: Theme) {
        self.0.set(theme);
        dom::remember(KEY, theme.key());
        if let Some(root) = document().document_element() {
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.key()),
            };
        }
    }
}

/// Makes the theme available to everything below.
pub fn provide_theme() {
    let remembered = dom::remembered(KEY);
    let theme = remembered
        .as_deref()
        .and_then(Theme::from_key)
        .unwrap_or_default();
    provide_context(CurrentTheme(RwSignal::new(theme)));
}

/// The theme of this app.
pub fn use_theme() -> CurrentTheme {
    use_context().unwrap_or_else(|| CurrentTheme(RwSignal::new(Theme::default())))
}
