//! The design system: one widget per file. Widgets take values and callbacks; they know no endpoint, no session
//! and no page. Styles are in `style/`, colours and measures in `style/tokens.css`.

pub mod ago;
pub mod avatar;
pub mod badge;
pub mod button;
pub mod choice;
pub mod confirm_dialog;
pub mod copy;
pub mod dialog;
pub mod dom;
pub mod empty;
pub mod failed;
pub mod fetched;
pub mod field;
pub mod form;
pub mod icon;
pub mod id_chip;
pub mod inline_edit;
pub mod leave_guard;
pub mod load;
pub mod menu;
pub mod meter;
pub mod notice;
pub mod number;
pub mod online;
pub mod page_title;
pub mod palette;
pub mod panel;
pub mod panic_page;
pub mod password_field;
pub mod scroll;
pub mod skeleton;
pub mod switch;
pub mod table;
pub mod tabs;
pub mod toast;
