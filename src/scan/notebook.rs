//! Jupyter notebooks: JSON in which each line of a program is a string of its own. A cell is read as
//! the text that it shows, so that what belongs together stands together; what is found lies where
//! it is written in the file. Pictures are not searched. What is no sound notebook is read as it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::place::Text;

/// A text of a notebook, and where it is written.
pub(super) struct Part {
    pub(super) text: Vec<u8>,
    pub(super) written: Text,
    /// Whether it is prose, which nobody runs.
    pub(super) prose: bool,
    /// Where a piece begins in the text and in the file; up to the next it is written as it is.
    pieces: Vec<(usize, usize)>,
}

impl Part {
    fn new(written: Text, prose: bool) -> Part {
        Part { text: Vec::new(), written, prose, pieces: Vec::new() }
    }

    /// Where a part of it stands in the file.
    pub(super) fn outer_of(&self, inner: &Range<usize>) -> Range<usize> {
        let start = self.place(inner.start);
        match inner.is_empty() {
            true => start..start,
            false => start..self.place(inner.end - 1) + 1,
        }
    }

    fn place(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|&(inner, _)| inner <= at).max(1) - 1;
        self.pieces.get(piece).map_or(0, |&(inner, outer)| outer + at - inner)
    }

    fn add(&mut self, bytes: &[u8], span: Range<usize>) {
        self.pieces.push((self.text.len(), span.start));
        self.text.extend_from_slice(&bytes[span]);
    }

    /// A text in strings of JSON, apart from what was there before.
    fn add_text(&mut self, bytes: &[u8], strings: &[Range<usize>]) {
        let Some(last) = strings.last() else { return };
        strings.iter().for_each(|string| self.add_string(bytes, string));
        self.pieces.push((self.text.len(), last.end));
        self.text.extend_from_slice(b"\n\n");
    }

    /// What stands in a string of JSON at `span`, between its quotation marks.
    fn add_string(&mut self, bytes: &[u8], span: &Range<usize>) {
        let mut at = span.start;
        while let Some(escape) = memchr::memchr(b'\\', &bytes[at..span.end]).map(|offset| at + offset) {
            self.add(bytes, at..escape);
            let length = escape_length(&bytes[escape..span.end]);
            self.pieces.push((self.text.len(), escape));
            let quoted = [b"\"", &bytes[escape..escape + length], b"\""].concat();
            let meant: String = serde_json::from_slice(&quoted).unwrap_or_default();
            self.text.extend_from_slice(meant.as_bytes());
            at = escape + length;
        }
        self.add(bytes, at..span.end);
    }
}

/// How long the escape is that a text begins with: two characters, one code unit, or a pair of them.
fn escape_length(text: &[u8]) -> usize {
    let is_unit = |at: usize| text.get(at..at + 2) == Some(b"\\u");
    let is_high =
        text.get(2..4).is_some_and(|digits| matches!(digits, [b'd' | b'D', b'8' | b'9' | b'a'..=b'b' | b'A'..=b'B']));
    let length = match (is_unit(0), is_high && is_unit(6)) {
        (true, true) => 12,
        (true, false) => 6,
        (false, _) => 2,
    };
    length.min(text.len())
}

#[derive(Deserialize)]
struct Notebook<'t> {
    #[serde(borrow, default)]
    cells: Vec<Cell<'t>>,
    /// Of the third format and before.
    #[serde(borrow, default)]
    worksheets: Vec<Worksheet<'t>>,
    #[serde(default)]
    metadata: Metadata,
    #[serde(rename = "nbformat")]
    _format: u32,
}

#[derive(Deserialize)]
struct Worksheet<'t> {
    #[serde(borrow, default)]
    cells: Vec<Cell<'t>>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    language_info: Option<Language>,
    #[serde(default)]
    kernelspec: Option<Language>,
}

#[derive(Deserialize)]
struct Language {
    #[serde(default, alias = "language")]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Cell<'t> {
    cell_type: Cow<'t, str>,
    #[serde(borrow, default, alias = "input")]
    source: Option<&'t RawValue>,
    #[serde(borrow, default)]
    outputs: Vec<Output<'t>>,
    #[serde(borrow, default)]
    attachments: BTreeMap<Cow<'t, str>, BTreeMap<Cow<'t, str>, &'t RawValue>>,
}

#[derive(Deserialize)]
struct Output<'t> {
    #[serde(borrow, default)]
    text: Option<&'t RawValue>,
    #[serde(borrow, default)]
    traceback: Option<&'t RawValue>,
    #[serde(borrow, default)]
    data: BTreeMap<Cow<'t, str>, &'t RawValue>,
}

/// The texts of the notebook, what is around them last; None where it is none.
pub(super) fn parts(bytes: &[u8], path: &str) -> Option<Vec<Part>> {
    if !path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("ipynb")) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let notebook: Notebook<'_> = serde_json::from_str(text).ok()?;
    let language = notebook.metadata.language_info.or(notebook.metadata.kernelspec).and_then(|language| language.name);
    let code = match language.as_deref() {
        Some("bash" | "sh" | "zsh" | "powershell" | "PowerShell" | "sql") => Text::Shell,
        _ => Text::Code,
    };
    let mut reader = Reader {
        bytes,
        code: Part::new(code, false),
        commands: Part::new(Text::Shell, false),
        prose: Part::new(Text::Shell, true),
        shown: Part::new(Text::Shell, false),
        taken: Vec::new(),
    };
    for cell in notebook.cells.iter().chain(notebook.worksheets.iter().flat_map(|sheet| &sheet.cells)) {
        match (cell.source, &*cell.cell_type) {
            (Some(source), "code") => reader.code(source),
            (Some(source), _) => reader.take(source, |reader| &mut reader.prose),
            (None, _) => {}
        }
        for output in &cell.outputs {
            output
                .text
                .into_iter()
                .chain(output.traceback)
                .for_each(|text| reader.take(text, |reader| &mut reader.shown));
            output.data.iter().for_each(|(kind, value)| reader.value(kind, value));
        }
        cell.attachments.values().flatten().for_each(|(kind, value)| reader.value(kind, value));
    }
    Some(reader.finish())
}

struct Reader<'t> {
    bytes: &'t [u8],
    code: Part,
    /// What IPython does not run as a program: `%%bash`, `!export NAME=value`, `%env NAME=value`.
    commands: Part,
    prose: Part,
    shown: Part,
    /// What stands in one of these, or in none on purpose.
    taken: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn code(&mut self, source: &RawValue) {
        let Some(lines) = self.strings(source) else { return };
        let begins = |line: &Range<usize>, mark: &[u8]| self.bytes[line.clone()].starts_with(mark);
        let is_program = !lines.first().is_some_and(|first| begins(first, b"%%"));
        let (program, commands): (Vec<_>, Vec<_>) =
            lines.iter().cloned().partition(|line| is_program && !begins(line, b"!") && !begins(line, b"%"));
        self.code.add_text(self.bytes, &program);
        self.commands.add_text(self.bytes, &commands);
        self.taken.extend(lines);
    }

    /// A value of this media type.
    fn value(&mut self, kind: &str, value: &RawValue) {
        if kind.starts_with("text/") {
            self.take(value, |reader| &mut reader.shown);
        } else if kind.starts_with("image/") && kind != "image/svg+xml" {
            let span = self.span(value);
            self.taken.push(span);
        }
    }

    fn take(&mut self, value: &RawValue, part: fn(&mut Self) -> &mut Part) {
        let Some(lines) = self.strings(value) else { return };
        let bytes = self.bytes;
        part(self).add_text(bytes, &lines);
        self.taken.extend(lines);
    }

    /// The strings of a text, which is one string or a list of its lines.
    fn strings(&self, value: &RawValue) -> Option<Vec<Range<usize>>> {
        let lines = serde_json::from_str::<Vec<&RawValue>>(value.get()).unwrap_or_else(|_| vec![value]);
        lines.into_iter().map(|line| self.string(line)).collect()
    }

    /// Between the quotation marks; None for what is no string.
    fn string(&self, value: &RawValue) -> Option<Range<usize>> {
        let span = self.span(value);
        value.get().starts_with('"').then_some(span.start + 1..span.end.max(span.start + 2) - 1)
    }

    fn span(&self, value: &RawValue) -> Range<usize> {
        let start = value.get().as_ptr() as usize - self.bytes.as_ptr() as usize;
        start..start + value.get().len()
    }

    /// All parts, and behind them what is left: names, numbers, settings.
    fn finish(mut self) -> Vec<Part> {
        self.taken.sort_by_key(|span| span.start);
        let mut rest = Part::new(Text::Data, false);
        let mut at = 0;
        for span in self.taken {
            rest.add(self.bytes, at..span.start.max(at));
            at = span.end.max(at);
        }
        rest.add(self.bytes, at..self.bytes.len());
        let parts = [self.code, self.commands, self.prose, self.shown, rest];
        parts.into_iter().filter(|part| !part.text.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests;
