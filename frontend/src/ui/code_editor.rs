//! A field for code: line numbers, colours, a mark where something is wrong, Tab that indents. It is a plain textarea, so
//! that undo, input methods and screen readers are the browser's own; over it lie the lines that are in view, in colours.
//!
//! `CodeEditor(label, code, colours, wrong=, error=, read_only=)` with `Code::new(text)`, whose `write` replaces the text and
//! whose `go_to` puts the caret somewhere.

use std::rc::Rc;

use leptos::{ev::KeyboardEvent, html, prelude::*};
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, HtmlTextAreaElement, ResizeObserver};

use crate::ui::{
    code_sheet::{Colours, Sheet, byte_at, first_difference, units_before},
    dom,
    effect::effect,
    field::{FieldIds, Labelled},
    live::live,
    number,
};

/// Lines longer than this are shown without colours: to draw them again at each key would take too long.
const LONGEST: usize = 4096;
/// Texts longer than this are replaced without a way back, because the browser takes seconds to remember them.
const UNDOABLE: usize = 64 * 1024;
/// Rows of an editor, and the most of one that only shows.
const ROWS: usize = 22;
const ROWS_SHOWN: usize = 14;
const INDENT: &str = "  ";

/// Makes what colours a text; runs again when a signal changes that it reads.
pub type Coloured = Rc<dyn Fn() -> Box<dyn Colours>>;

/// The text of an editor. Copying shares it.
#[derive(Clone, Copy)]
pub struct Code {
    text: RwSignal<String>,
    /// What was put in from outside, to go into the field.
    written: RwSignal<Option<String>>,
    wanted: RwSignal<Option<(u64, u64)>>,
}

impl Code {
    /// A text to begin with.
    pub fn new(text: String) -> Self {
        Self {
            text: RwSignal::new(text),
            written: RwSignal::new(None),
            wanted: RwSignal::new(None),
        }
    }

    /// The text as it stands in the field.
    pub fn text(self) -> RwSignal<String> {
        self.text
    }

    /// Puts another text into the field.
    pub fn write(self, text: String) {
        let _ = self.written.try_set(Some(text));
    }

    /// Puts the caret at a line and a column, both from 1, and the focus into the field.
    pub fn go_to(self, line: u64, column: u64) {
        let _ = self.wanted.try_set(Some((line, column)));
    }
}

/// What the parts of an editor share.
#[derive(Clone, Copy)]
struct Editor {
    code: Code,
    input: NodeRef<html::Textarea>,
    paint: NodeRef<html::Div>,
    gutter: NodeRef<html::Div>,
    frame: NodeRef<html::Div>,
    sheet: StoredValue<Sheet, LocalStorage>,
    wrong: Signal<Option<(u64, u64)>>,
    /// Whether Tab leaves, because Escape was pressed before.
    leaves: RwSignal<bool>,
    read_only: bool,
}

/// A field for code.
#[component]
pub fn CodeEditor(
    /// The visible label.
    #[prop(into)]
    label: String,
    /// What is in it.
    code: Code,
    /// What colours it.
    colours: Coloured,
    /// Line and column of what is wrong, both from 1.
    #[prop(optional, into)]
    wrong: Signal<Option<(u64, u64)>>,
    /// What is wrong; read aloud when it changes.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it only shows.
    #[prop(optional)]
    read_only: bool,
) -> impl IntoView {
    let editor = Editor {
        code,
        input: NodeRef::new(),
        paint: NodeRef::new(),
        gutter: NodeRef::new(),
        frame: NodeRef::new(),
        sheet: StoredValue::new_local(code.text.with_untracked(|text| Sheet::new(text))),
        wrong,
        leaves: RwSignal::new(false),
        read_only,
    };
    editor.begin();
    effect(move || {
        let colours = colours();
        editor.sheet.update_value(|sheet| sheet.colours = colours);
        editor.draw();
    });
    editor.follow();
    let hint =
        (!read_only).then(|| "Tab indents; to leave with Tab, press Esc before it. Ctrl-S saves.".to_owned());
    let control = move |ids: FieldIds| {
        view! {
            <div class="editor" node_ref=editor.frame>
                <div class="editor-gutter" aria-hidden="true"><div node_ref=editor.gutter></div></div>
                <div class="editor-pane">
                    <div class="editor-paint" aria-hidden="true"><div node_ref=editor.paint></div></div>
                    <textarea
                        id=ids.control
                        class="editor-input"
                        node_ref=editor.input
                        wrap="off"
                        spellcheck="false"
                        autocomplete="off"
                        autocapitalize="none"
                        readonly=read_only
                        aria-describedby=ids.described_by
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        on:input=move |_| editor.typed()
                        on:scroll=move |_| editor.draw()
                        on:keydown=move |event| editor.key(&event)
                        on:blur=move |_| {
                            let _ = editor.leaves.try_set(false);
                        }
                    ></textarea>
                </div>
            </div>
            <p class="visually-hidden" role="status">
                {live(move || if editor.leaves.get() { Some("Tab leaves the editor now.".to_owned()) } else { error.get() })}
            </p>
        }
    };
    view! { <Labelled label hint error children=control /> }
}

impl Editor {
    /// Does what is wanted from outside.
    fn follow(self) {
        let code = self.code;
        effect(move || {
            self.wrong.track();
            self.draw();
        });
        effect(move || {
            if let Some(text) = code.written.get() {
                self.replace(&text);
            }
        });
        effect(move || {
            if let Some((line, column)) = code.wanted.get() {
                self.show(line, column);
            }
        });
    }

    /// Fills the field, and draws whenever it has another size, also its first.
    fn begin(self) {
        self.input.on_load(move |input: HtmlTextAreaElement| {
            // Not as what is in the element: that would lose a line end at its start.
            self.code.text.with_untracked(|text| input.set_value(text));
            let resized = Closure::<dyn FnMut()>::new(move || self.draw()).into_js_value();
            if let Ok(observer) = ResizeObserver::new(wasm_bindgen::JsCast::unchecked_ref(&resized)) {
                observer.observe(&input);
            }
        });
    }

    fn field(self) -> Option<HtmlTextAreaElement> {
        self.input.try_get_untracked().flatten()
    }

    fn typed(self) {
        let Some(input) = self.field() else { return };
        let text = input.value();
        let from = self.code.text.with_untracked(|old| first_difference(old, &text));
        self.sheet.update_value(|sheet| sheet.changed(&text, from));
        self.code.text.set(text);
        self.draw();
    }

    fn replace(self, text: &str) {
        let Some(input) = self.field() else { return };
        if text.len() <= UNDOABLE {
            dom::focus_in_place(&input);
            input.select();
            dom::insert_text(&input, text);
        } else {
            input.set_value(text);
            self.typed();
        }
        let _ = input.set_selection_range(0, 0);
        input.set_scroll_top(0);
    }

    fn show(self, line: u64, column: u64) {
        let Some(input) = self.field() else { return };
        let number = usize::try_from(line.saturating_sub(1)).unwrap_or_default();
        let column = usize::try_from(column.saturating_sub(1)).unwrap_or_default();
        let at = self.sheet.with_value(|sheet| {
            self.code.text.with_untracked(|text| {
                let line = sheet.lines.get(number, text);
                let within = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
                units_before(text, sheet.lines.start(number, text) + within)
            })
        });
        dom::focus(&input);
        let _ = input.set_selection_range(at, at);
        let top =
            f64::from(u32::try_from(number.saturating_sub(3)).unwrap_or_default()) * line_height(&input);
        #[expect(clippy::cast_possible_truncation, reason = "no page is that long")]
        input.set_scroll_top(top as i32);
    }

    /// Draws what is in view.
    fn draw(self) {
        let (Some(input), Some(Some(paint)), Some(Some(gutter)), Some(Some(frame))) = (
            self.field(),
            self.paint.try_get_untracked(),
            self.gutter.try_get_untracked(),
            self.frame.try_get_untracked(),
        ) else {
            return;
        };
        let height = line_height(&input);
        if height < 1.0 {
            return;
        }
        let (top, left) = (f64::from(input.scroll_top()), f64::from(input.scroll_left()));
        let first = whole(top / height);
        let end = whole((top + f64::from(input.client_height())) / height) + 2;
        let wrong = self.wrong.try_get_untracked().flatten();
        let wrong = wrong.and_then(|(line, column)| {
            Some((
                usize::try_from(line).ok()?.checked_sub(1)?,
                usize::try_from(column).ok()?.checked_sub(1)?,
            ))
        });
        let (mut count, mut longest) = (0, 0);
        let _ = self.sheet.try_update_value(|sheet| {
            (count, longest) = (sheet.lines.count(), sheet.lines.longest());
            let end = if longest > LONGEST { first } else { end };
            self.code
                .text
                .with_untracked(|text| sheet.draw(&paint, text, first, end, wrong));
        });
        let end = end.min(count);
        let numbers: Vec<_> = (first + 1..=end).map(|number| number.to_string()).collect();
        gutter.set_text_content(Some(&numbers.join("\n")));
        let down = number::plain(f64::from(u32::try_from(first).unwrap_or_default()) * height - top);
        set(&gutter, "transform", &format!("translateY({down}px)"));
        set(
            &paint,
            "transform",
            &format!("translate({}px,{down}px)", number::plain(-left)),
        );
        let rows = if self.read_only {
            count.clamp(3, ROWS_SHOWN)
        } else {
            ROWS
        };
        set(&frame, "--rows", &rows.to_string());
        set(&frame, "--digits", &count.to_string().len().to_string());
        let _ = frame
            .class_list()
            .toggle_with_force("editor-plain", longest > LONGEST);
    }

    fn key(self, event: &KeyboardEvent) {
        let (commands, alt) = (event.ctrl_key() || event.meta_key(), event.alt_key());
        if commands && !alt && event.key().eq_ignore_ascii_case("s") && !self.read_only {
            // The browser would save the page.
            event.prevent_default();
            if let Some(form) = self.field().and_then(|field| field.form()) {
                let _ = form.request_submit();
            }
        }
        let with_others = commands || alt;
        if self.read_only || event.is_composing() || with_others {
            return;
        }
        let leaves = self.leaves.get_untracked();
        match event.key().as_str() {
            "Tab" if !leaves => {
                event.prevent_default();
                self.indent(event.shift_key());
            }
            // The next Tab leaves; the dialog around stays open.
            "Escape" if !leaves => {
                event.prevent_default();
                event.stop_propagation();
                self.leaves.set(true);
            }
            "Tab" | "Escape" | "Shift" => {}
            "Enter" if !event.shift_key() => {
                event.prevent_default();
                self.leaves.set(false);
                self.new_line();
            }
            _ => self.leaves.set(false),
        }
    }

    /// First and last byte of what is selected.
    fn selected(input: &HtmlTextAreaElement, text: &str) -> (usize, usize) {
        let at =
            |units: Result<Option<u32>, _>| byte_at(text, units.ok().flatten().unwrap_or_default() as usize);
        (at(input.selection_start()), at(input.selection_end()))
    }

    /// The next line begins where the line before it does, deeper after what opens something.
    fn new_line(self) {
        let Some(input) = self.field() else { return };
        let next = self.code.text.with_untracked(|text| {
            let (start, _) = Self::selected(&input, text);
            line_after(text.get(..start).unwrap_or_default())
        });
        dom::insert_text(&input, &next);
    }

    fn indent(self, back: bool) {
        let Some(input) = self.field() else { return };
        let (from, to, lines) = {
            let text = self.code.text.get_untracked();
            let (start, end) = Self::selected(&input, &text);
            if !back && !text.get(start..end).is_some_and(|text| text.contains('\n')) {
                drop(text);
                dom::insert_text(&input, INDENT);
                return;
            }
            let from = text
                .get(..start)
                .and_then(|before| before.rfind('\n'))
                .map_or(0, |at| at + 1);
            // A line of which nothing is selected stays.
            let last = if end > start { end - 1 } else { end };
            let to = text
                .get(last..)
                .and_then(|rest| rest.find('\n'))
                .map_or(text.len(), |at| last + at);
            let lines = indented(text.get(from..to).unwrap_or_default(), back);
            (units_before(&text, from), units_before(&text, to), lines)
        };
        let _ = input.set_selection_range(from, to);
        dom::insert_text(&input, &lines);
        let length = u32::try_from(lines.encode_utf16().count()).unwrap_or_default();
        let _ = input.set_selection_range(from, from + length);
    }
}

fn line_height(input: &HtmlTextAreaElement) -> f64 {
    let style = window().get_computed_style(input).ok().flatten();
    let height = style.and_then(|style| style.get_property_value("line-height").ok());
    height.map_or(0.0, |height| js_sys::parse_float(&height))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a line on the page"
)]
fn whole(value: f64) -> usize {
    value.max(0.0) as usize
}

fn set(element: &HtmlElement, property: &str, value: &str) {
    let _ = element.style().set_property(property, value);
}

/// The line end and the spaces with which the next line begins.
fn line_after(before: &str) -> String {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let spaces = line.len() - line.trim_start_matches([' ', '\t']).len();
    let deeper = if line.trim_end().ends_with(['{', '[', '(', ':']) {
        INDENT
    } else {
        ""
    };
    format!("\n{}{deeper}", line.get(..spaces).unwrap_or_default())
}

/// Lines one step further in, or back.
fn indented(lines: &str, back: bool) -> String {
    let one = |line: &str| {
        if back {
            let shorter = line.strip_prefix(INDENT).or_else(|| line.strip_prefix('\t'));
            shorter
                .or_else(|| line.strip_prefix(' '))
                .unwrap_or(line)
                .to_owned()
        } else if line.is_empty() {
            String::new()
        } else {
            format!("{INDENT}{line}")
        }
    };
    lines.split('\n').map(one).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_line_begins_where_the_line_before_does() {
        assert_eq!(line_after("a {\n  b = 1"), "\n  ");
        assert_eq!(line_after("a {"), "\n  ");
        assert_eq!(line_after("\ta: [ "), "\n\t  ");
        assert_eq!(line_after(""), "\n");
    }

    #[test]
    fn lines_go_in_and_come_back() {
        assert_eq!(indented("a\n\n  b", false), "  a\n\n    b");
        assert_eq!(indented("  a\n\n    b", true), "a\n\n  b");
        assert_eq!(indented(" a\n\tb\nc", true), "a\nb\nc");
    }
}
