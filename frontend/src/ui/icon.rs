//! Icons from the one sprite, `icons.svg`, which is part of the page itself and so there offline too. They are decoration: the words beside them, or the label of the
//! button around them, say what they mean.

use leptos::prelude::*;

macro_rules! icons {
    ($($name:ident = $id:literal),* $(,)?) => {
        /// The icons of the sprite.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Symbol { $(#[doc = $id] $name,)* }

        impl Symbol {
            /// Every icon.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its id in the sprite.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            const fn href(self) -> &'static str {
                match self { $(Self::$name => concat!("#", $id),)* }
            }
        }
    };
}

icons! {
    Bell = "bell", Chart = "chart", Check = "check", ChevronDown = "chevron-down", ChevronLeft = "chevron-left",
    ChevronRight = "chevron-right", ChevronUp = "chevron-up", Clock = "clock", Copy = "copy", Cross = "cross",
    Download = "download", External = "external", Eye = "eye", EyeOff = "eye-off", Grip = "grip", Info = "info", Key = "key",
    Lock = "lock", Log = "log", LogOut = "log-out", Mail = "mail", Mark = "mark", Menu = "menu", Monitor = "monitor",
    Moon = "moon", More = "more", Offline = "offline", Pencil = "pencil", Plus = "plus", Rotate = "rotate",
    Search = "search", Settings = "settings", Shield = "shield", Sliders = "sliders", Sun = "sun", Trash = "trash",
    Upload = "upload", User = "user", Users = "users", Vault = "vault", Warning = "warning", Workspace = "workspace",
}

/// One icon, as high as the text around it.
#[component]
pub fn Icon(
    /// Which.
    symbol: Symbol,
) -> impl IntoView {
    // The mark is a coloured picture, not a line drawing.
    let class = if symbol == Symbol::Mark {
        "icon icon-mark"
    } else {
        "icon"
    };
    view! {
        <svg class=class aria-hidden="true" focusable="false">
            <use href=symbol.href()></use>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_in_the_sprite_and_the_sprite_has_no_other() {
        let sprite = include_str!("../../icons.svg");
        for symbol in Symbol::ALL {
            assert!(
                sprite.contains(&format!("<symbol id=\"{}\"", symbol.id())),
                "{symbol:?}"
            );
        }
        assert_eq!(sprite.matches("<symbol ").count(), Symbol::ALL.len());
    }
}
