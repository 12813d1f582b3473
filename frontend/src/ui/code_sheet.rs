//! What a code editor draws over its field: the lines that are in view, in colours, with a mark where something is wrong.
//! Only rows that show something else than before are drawn anew, so that a key costs one row, however long the text is.

use leptos::prelude::document;
use web_sys::Element;

/// A piece of a line that has a class of its own, by bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it starts in the line.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Its class in the style sheets.
    pub class: &'static str,
}

/// Colours lines, one after the other: what a line is may depend on those before it.
pub trait Colours {
    /// How many lines it has coloured, from the first on.
    fn known(&self) -> usize;
    /// Forgets this line and all after it, because they changed.
    fn forget(&mut self, from: usize);
    /// The pieces of a line: one of those that it knows, or the next.
    fn line(&mut self, number: usize, text: &str) -> Vec<Piece>;
}

/// A text without colours.
pub struct Plain;

impl Colours for Plain {
    fn known(&self) -> usize {
        usize::MAX
    }

    fn forget(&mut self, _from: usize) {}

    fn line(&mut self, _number: usize, _text: &str) -> Vec<Piece> {
        Vec::new()
    }
}

/// Where the lines of a text are.
#[derive(Debug, Default)]
pub struct Lines {
    starts: Vec<usize>,
    longest: usize,
}

impl Lines {
    /// Looks once at each byte.
    pub fn of(text: &str) -> Self {
        let mut lines = Self {
            starts: vec![0],
            longest: 0,
        };
        let mut start = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\n' {
                lines.longest = lines.longest.max(at - start);
                start = at + 1;
                lines.starts.push(start);
            }
        }
        lines.longest = lines.longest.max(text.len() - start);
        lines
    }

    /// How many there are: at least one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of the longest.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The line in which this byte is.
    pub fn at(&self, byte: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= byte)
            .saturating_sub(1)
    }

    /// Where a line starts; the end of the text for those that there are not.
    pub fn start(&self, number: usize, text: &str) -> usize {
        self.starts.get(number).copied().unwrap_or(text.len())
    }

    /// A line without its end.
    pub fn get<'a>(&self, number: usize, text: &'a str) -> &'a str {
        let (start, next) = (self.start(number, text), self.start(number + 1, text));
        let line = text.get(start..next).unwrap_or_default();
        line.strip_suffix('\n').unwrap_or(line).trim_end_matches('\r')
    }
}

/// The first byte in which two texts differ.
pub fn first_difference(one: &str, other: &str) -> usize {
    let pairs = one.bytes().zip(other.bytes());
    pairs.take_while(|(one, other)| one == other).count()
}

/// The byte at an offset in units of UTF-16, in which browsers count.
pub fn byte_at(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    text.len()
}

/// How many units of UTF-16 there are before a byte.
pub fn units_before(text: &str, byte: usize) -> u32 {
    let before = text.get(..byte).unwrap_or(text);
    u32::try_from(before.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// A row on the screen.
struct Row {
    element: Element,
    shows: Option<Line>,
}

/// What a row shows.
#[derive(PartialEq)]
struct Line {
    text: String,
    pieces: Vec<Piece>,
    /// The column of what is wrong in it, from 0, in characters.
    wrong: Option<usize>,
}

/// The rows on the screen and what is known of the text behind them.
pub struct Sheet {
    /// Where the lines are.
    pub lines: Lines,
    /// Who colours them.
    pub colours: Box<dyn Colours>,
    rows: Vec<Row>,
}

impl Sheet {
    /// Nothing is drawn yet.
    pub fn new(text: &str) -> Self {
        Self {
            lines: Lines::of(text),
            colours: Box::new(Plain),
            rows: Vec::new(),
        }
    }

    /// Takes note of another text that is the same as before up to a byte.
    pub fn changed(&mut self, text: &str, from: usize) {
        self.lines = Lines::of(text);
        self.colours.forget(self.lines.at(from));
    }

    /// Draws the lines from `first` up to `end` into `place`.
    pub fn draw(
        &mut self,
        place: &Element,
        text: &str,
        first: usize,
        end: usize,
        wrong: Option<(usize, usize)>,
    ) {
        let end = end.min(self.lines.count());
        for number in self.colours.known()..first.min(end) {
            self.colours.line(number, self.lines.get(number, text));
        }
        let count = end.saturating_sub(first);
        for row in self.rows.drain(count.min(self.rows.len())..) {
            row.element.remove();
        }
        while self.rows.len() < count {
            let Some(element) = child(place, "div") else {
                return;
            };
            element.set_class_name("editor-line");
            self.rows.push(Row { element, shows: None });
        }
        for (row, number) in self.rows.iter_mut().zip(first..) {
            let text = self.lines.get(number, text);
            let line = Line {
                text: text.to_owned(),
                pieces: self.colours.line(number, text),
                wrong: wrong
                    .filter(|(line, _)| *line == number)
                    .map(|(_, column)| column),
            };
            if row.shows.as_ref() != Some(&line) {
                show(&row.element, &line);
                row.shows = Some(line);
            }
        }
    }
}

fn child(place: &Element, tag: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    place.append_child(&element).ok()?;
    Some(element)
}

fn show(row: &Element, line: &Line) {
    row.set_text_content(None);
    row.set_class_name(if line.wrong.is_some() {
        "editor-line editor-wrong"
    } else {
        "editor-line"
    });
    for (start, end, class, wrong) in segments(&line.text, &line.pieces, line.wrong) {
        // What is wrong may be what is missing at the end.
        let text = line
            .text
            .get(start..end)
            .filter(|text| !text.is_empty())
            .unwrap_or(" ");
        if let Some(span) = child(row, "span") {
            span.set_text_content(Some(text));
            span.set_class_name(class);
            if wrong {
                let _ = span.class_list().add_1("editor-mark");
            }
        }
    }
}

/// The whole line in pieces, with their class and whether they are what is wrong.
fn segments(text: &str, pieces: &[Piece], wrong: Option<usize>) -> Vec<(usize, usize, &'static str, bool)> {
    let mark = wrong.map(|column| {
        let mut rest = text.char_indices().skip(column);
        rest.next()
            .map_or((text.len(), text.len()), |(at, c)| (at, at + c.len_utf8()))
    });
    let mut all = Vec::new();
    let mut put = |start: usize, end: usize, class| {
        let (from, to) = mark.unwrap_or((usize::MAX, usize::MAX));
        let cuts = [start, from.clamp(start, end), to.clamp(start, end), end];
        for (part, wrong) in [
            ((cuts[0], cuts[1]), false),
            ((cuts[1], cuts[2]), true),
            ((cuts[2], cuts[3]), false),
        ] {
            if part.0 < part.1 {
                all.push((part.0, part.1, class, wrong));
            }
        }
    };
    let mut at = 0;
    for piece in pieces {
        put(at, piece.start, "");
        put(piece.start, piece.end, piece.class);
        at = piece.end;
    }
    put(at, text.len(), "");
    if mark.is_some_and(|(from, _)| from == text.len()) {
        all.push((text.len(), text.len(), "", true));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_number_and_by_place() {
        let text = "a = 1\r\nlonger\n\n";
        let lines = Lines::of(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.longest(), 6);
        let all: Vec<_> = (0..5).map(|number| lines.get(number, text)).collect();
        assert_eq!(all, ["a = 1", "longer", "", "", ""]);
        assert_eq!(
            [0, 6, 7, 14, 15, 99].map(|byte| lines.at(byte)),
            [0, 0, 1, 2, 3, 3]
        );
        assert_eq!(Lines::of("").count(), 1);
    }

    #[test]
    fn places_are_counted_as_browsers_count() {
        let text = "é😀x";
        assert_eq!([0, 1, 3, 4, 9].map(|units| byte_at(text, units)), [0, 2, 6, 7, 7]);
        assert_eq!([0, 2, 6, 7].map(|byte| units_before(text, byte)), [0, 1, 3, 4]);
    }

    #[test]
    fn a_change_begins_where_texts_begin_to_differ() {
        assert_eq!(first_difference("abc", "abd"), 2);
        assert_eq!(first_difference("abc", "abcd"), 3);
        assert_eq!(first_difference("", "x"), 0);
    }

    #[test]
    fn the_mark_cuts_the_pieces_that_it_lies_in() {
        let pieces = [
            Piece {
                start: 0,
                end: 3,
                class: "k",
            },
            Piece {
                start: 4,
                end: 5,
                class: "p",
            },
        ];
        let plain = segments("key = 5", &pieces, None);
        assert_eq!(
            plain,
            [
                (0, 3, "k", false),
                (3, 4, "", false),
                (4, 5, "p", false),
                (5, 7, "", false)
            ]
        );
        let marked = segments("key = 5", &pieces, Some(1));
        assert_eq!(
            marked[..3],
            [(0, 1, "k", false), (1, 2, "k", true), (2, 3, "k", false)]
        );
        assert_eq!(segments("", &[], Some(0)), [(0, 0, "", true)]);
        assert_eq!(segments("é", &[], Some(7)), [(0, 2, "", false), (2, 2, "", true)]);
    }
}
