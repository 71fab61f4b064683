//! A text that is read as a change of another one gives what it gives when it is read alone. Texts and
//! changes are made up, from seeds that never change.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::look;
use crate::detector::{Detectors, sample};
use crate::finding::Origin;
use crate::scan::known::Known;
use crate::scan::{Read, Scanner, scan_bytes};
use crate::source::{Base, Entry, Kept, Place};

struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % most.max(1)
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A part of something of this length: often short, at times long.
    fn part(&mut self, length: usize) -> Range<usize> {
        let longest = self.of(&[1, 3, 20, 200, 3000]);
        let start = self.below(length + 1);
        start..(start + self.below(longest + 1)).min(length)
    }
}

const PATHS: &[&str] = &["deploy.sh", "deploy.sh", "app/main.py", "app/main.py", "conf/app.yml", "notes.md", ".env"];

/// What stands in such files: with a field for what is drawn.
const LINES: &[&str] = &[
    "export API_TOKEN={base62:32}\n",
    "    password = \"{base62:14}\"\n",
    "db_password: {base62:12} # why\n",
    "key = value\nsecret = None\n",
    "token=%7B{base62:24}%7D&next=1\n",
    "mysql -u root -p{base62:12} main \\\n",
    "curl -u dana:{base62:12} https://acme.test/api\n",
    "curl -H 'Authorization: Bearer {base62:40}' \\\n  https://acme.test/{hex:8}\n",
    "echo https://dana:{base62:16}@acme.test/\n",
    "{\"url\": \"https:\\/\\/dana:{base62:16}@acme.test\\/\"}\n",
    "x = 1 \\\n  + 2 \\\n",
    "# overscope:allow a sample\n",
    "// gitleaks:allow\n",
    "pragma: no-cache, pragma: allowlist secret\n",
    "auth auth auth pass pass key key ghp_ AKIA sk_live_ https:// xoxb- eyJ\n",
    "    \"{hex:40}\",\n    \"{hex:40}\",\n",
    "pass~word = \"{base62:14}\"\nsecret_to~ken: {base62:24}\n",
    "echo one \\\nmysql -u root -p{base62:12} main\n",
    "sshpass \\~\n -p {base62:12} ssh acme.test\n",
    "\\\\\\\n",
    "\"\n",
    "'\n",
    "\r\n",
    "?",
    "é",
];

struct Writer<'d> {
    random: Random,
    /// The examples of all kinds.
    examples: &'d [String],
}

impl Writer<'_> {
    fn drawn(&mut self, template: &str) -> String {
        sample::generate(template, self.random.below(1 << 30) as u64).unwrap().text
    }

    fn piece(&mut self) -> String {
        match self.random.below(8) {
            0..4 => {
                let line = self.random.of(LINES);
                // What stands in braces without being a field is no template.
                let fields = line.match_indices('{').filter(|(at, _)| line[at + 1..].starts_with(['b', 'h'])).count();
                if fields == 0 { line.to_owned() } else { self.filled(line) }
            }
            4 => {
                let number = self.random.below(self.examples.len());
                let example = self.examples[number].clone();
                self.drawn(&example) + "\n"
            }
            5 => {
                let number = self.random.below(self.examples.len());
                let example = self.examples[number].clone();
                let packed = STANDARD.encode(self.drawn(&example));
                let width = self.random.of(&[64, 76, 4000]);
                packed.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line) + "\n").collect()
            }
            6 => self.quiet(40),
            _ => self.quiet(2),
        }
    }

    /// Fills the fields of a line one by one, whatever other braces it has.
    fn filled(&mut self, line: &str) -> String {
        let mut text = String::new();
        let mut rest = line;
        while let Some(at) = ["{base62:", "{hex:"].iter().filter_map(|field| rest.find(field)).min() {
            let end = at + rest[at..].find('}').unwrap() + 1;
            text += &rest[..at];
            text += &self.drawn(&rest[at..end]);
            rest = &rest[end..];
        }
        text + rest
    }

    fn quiet(&mut self, most: usize) -> String {
        let lines = self.random.below(most) + 1;
        (0..lines).map(|line| format!("  count[{line}] += {};\n", self.random.below(1000))).collect()
    }

    fn text(&mut self) -> Vec<u8> {
        let pieces = self.random.below(60);
        (0..pieces).flat_map(|_| self.piece().into_bytes()).collect()
    }

    /// A character or two of a line that tells something; often what keeps a word in two.
    fn fine_cut(&mut self, text: &[u8]) -> Range<usize> {
        let from = self.random.below(text.len() + 1);
        if let Some(at) = text[from..].iter().position(|&byte| byte == b'~')
            && self.random.below(2) == 0
        {
            return from + at..from + at + 1;
        }
        let mut start = text[..from].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let end_of = |start: usize| text[start..].iter().position(|&byte| byte == b'\n').map(|at| start + at + 1);
        while text[start..].starts_with(b"  count[")
            && let Some(end) = end_of(start)
        {
            start = end;
        }
        let end = end_of(start).unwrap_or(text.len());
        let at = start + self.random.below(end - start + 1);
        at..(at + self.random.below(3)).min(text.len())
    }

    /// Some changes of a text, and what stays.
    fn change(&mut self, old: &[u8]) -> (Vec<u8>, Vec<Kept>) {
        let mut parts: Vec<Range<usize>> = std::iter::once(0..old.len()).collect();
        let mut texts: Vec<Option<Vec<u8>>> = vec![None];
        for _ in 0..=self.random.below(6) {
            let number = self.random.below(parts.len());
            if texts[number].is_some() {
                continue;
            }
            let whole = parts[number].clone();
            let mut cut = self.random.part(whole.len());
            let is_fine = self.random.below(2) == 0;
            if is_fine {
                cut = self.fine_cut(&old[whole.clone()]);
            } else if self.random.below(3) > 0 {
                // Most of the others are of whole lines.
                let line =
                    |at: usize| old[whole.clone()][..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
                cut = line(cut.start)..line(cut.end).max(line(cut.start));
            }
            let (start, end) = (whole.start + cut.start, whole.start + cut.end);
            let new = match self.random.below(4) {
                _ if is_fine => self.random.of(&["", "", "", "~", "x", "\"", "\\", " ", "=", "\n"]).into(),
                0 => Vec::new(),
                1 => old[start..end].to_ascii_uppercase(),
                _ => self.piece().into_bytes(),
            };
            let end = if !is_fine && self.random.below(3) == 0 { start } else { end };
            let mut more = (vec![whole.start..start, 0..0, end..whole.end], vec![None, Some(new), None]);
            // Something is moved or repeated.
            if self.random.below(4) == 0 {
                more.0.push(self.random.part(old.len()));
                more.1.push(None);
            }
            parts.splice(number..=number, more.0);
            texts.splice(number..=number, more.1);
        }
        let mut new = Vec::new();
        let mut kept: Vec<Kept> = Vec::new();
        for (part, text) in parts.into_iter().zip(texts) {
            match text {
                Some(text) => new.extend(text),
                None if part.is_empty() => {}
                None => {
                    match kept.last_mut() {
                        Some(last) if last.old + last.length == part.start && last.new + last.length == new.len() => {
                            last.length += part.len();
                        }
                        _ => kept.push(Kept { old: part.start, new: new.len(), length: part.len() }),
                    }
                    new.extend_from_slice(&old[part]);
                }
            }
        }
        (new, kept)
    }
}

fn entry(path: &str) -> Entry {
    Entry {
        path: path.to_owned(),
        raw: None,
        place: Place::Bytes(Vec::new()),
        origin: Origin::History,
        tracked: true,
        ignored: false,
        commit: None,
    }
}

/// All that was found, in words.
fn told(read: &Read) -> Vec<String> {
    let candidates = read.candidates.iter().map(|one| {
        let parts: Vec<(&str, &str)> = one.parts.iter().map(|(name, part)| (name.as_str(), part.expose())).collect();
        let value = one.secret.expose();
        format!("{} {value} {parts:?} {:?} {:?} {:?}", one.detector, one.confidence, one.location, one.rests_on)
    });
    candidates.chain(read.comments.iter().map(|comment| format!("{comment:?}"))).collect()
}

#[test]
fn a_changed_text_gives_what_it_gives_alone() {
    let detectors = Detectors::load(&[]).unwrap();
    let scanner = Scanner::new(&detectors);
    let examples: Vec<String> =
        (0..detectors.len()).flat_map(|number| detectors.detector(number).examples.first().cloned()).collect();
    let (mut found, mut spared) = (0, 0);
    for seed in 1..=12 {
        let mut writer = Writer { random: Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed)), examples: &examples };
        let mut text = writer.text();
        let mut path = writer.random.of(PATHS);
        let mut known: Option<Known> = look(&scanner, &text, None, &entry(path)).1;
        for version in 0..12 {
            let (new, kept) = writer.change(&text);
            if writer.random.below(8) == 0 {
                path = writer.random.of(PATHS);
            }
            let base = Base { left: &known, length: text.len(), kept: &kept };
            let (read, next) = look(&scanner, &new, Some(&base), &entry(path));
            let alone = scan_bytes(&new, &entry(path), scanner.detectors, &scanner.keywords);
            assert_eq!(
                told(&read),
                told(&alone),
                "seed {seed}, version {version}, {path}:\n{}",
                String::from_utf8_lossy(&new)
            );
            found += read.candidates.len();
            spared += usize::from(base.left.is_some() && !new.is_empty());
            (text, known) = (new, next);
        }
    }
    assert!(found > 300 && spared > 100, "{found} {spared}");
}
