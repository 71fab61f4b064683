//! A shell script as a flat list of commands with their lines. Conditions, loops and functions
//! only matter for what runs inside them, so the tokens are cut at operators and reserved words.
//! Text that is no shell is read line by line, and what still cannot be read is handed back.

use std::cmp::Reverse;
use std::ops::Range;

use brush_parser::Token;

use super::word::{Piece, Word};
use crate::error::quietly;

/// One command, as it stands between operators.
#[derive(Debug, Default)]
pub struct Command {
    pub words: Vec<Word>,
    /// Files that it writes to or reads from by redirection.
    pub redirects: Vec<Word>,
    /// Here-documents and here-strings, as they stand.
    pub bodies: Vec<String>,
    /// Commands that are connected by pipes have the same number.
    pub pipeline: usize,
    /// Whether it runs depends on something: it stands in a branch, a loop, a function, or behind
    /// `&&` or `||`.
    pub conditional: bool,
}

/// What is known of a script.
#[derive(Debug, Default)]
pub struct Script {
    /// In the order of the text; what a substitution runs stands before the command that it is in.
    pub commands: Vec<Command>,
    /// Functions that the script defines.
    pub functions: Vec<String>,
    /// Which of the commands run in a shell of their own, whose variables end with it; the outer
    /// before the inner.
    pub subshells: Vec<Range<usize>>,
    /// Lines that cannot be read.
    pub broken: Vec<(usize, String)>,
}

/// Substitutions within substitutions are followed this far.
const DEPTH: usize = 8;
/// No script that people write has more `$(` and `${`; each one may cost a level of the stack.
const OPENERS: usize = 2000;
/// So many fit on any thread's stack.
const FEW_OPENERS: usize = 30;
/// Stack enough for `OPENERS` levels of the tokeniser in a debug build.
const STACK: usize = 128 << 20;
/// A command that goes on for more lines than this is not looked for in a broken script.
const CHUNK: usize = 30;

/// Reads `text`, whose first line has the number `line` in its file.
pub fn read(text: &str, line: usize) -> Script {
    let mut script = Script::default();
    read_into(&mut script, text, line, 0);
    script.subshells.sort_by_key(|range| (range.start, Reverse(range.end)));
    script
}

fn read_into(script: &mut Script, text: &str, line: usize, depth: usize) {
    match tokens(text) {
        Some(tokens) => Cutter::new(script, line, depth).cut(tokens),
        None => read_lines(script, text, line, depth),
    }
}

/// Command by command, for text that does not tokenise as a whole.
fn read_lines(script: &mut Script, text: &str, line: usize, depth: usize) {
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let end = (at + CHUNK).min(lines.len());
        let readable = (at + 1..=end).find_map(|end| Some((end, tokens(&lines[at..end].join("\n"))?)));
        match readable {
            Some((end, tokens)) => {
                Cutter::new(script, line + at, depth).cut(tokens);
                at = end;
            }
            None => {
                script.broken.push((line + at, lines[at].to_owned()));
                at += 1;
            }
        }
    }
}

/// None where the text is no shell, or nested beyond reason.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let openers = text.matches("$(").count() + text.matches("${").count() + text.matches("$[").count();
    // The tokeniser gives up on some texts by a panic.
    let tokenise = || quietly(|| brush_parser::uncached_tokenize_str(text, &Default::default()).ok()).flatten();
    if openers > OPENERS {
        return None;
    }
    if openers <= FEW_OPENERS {
        return tokenise();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, tokenise);
        thread.ok()?.join().ok()?
    })
}

struct Cutter<'s> {
    script: &'s mut Script,
    line: usize,
    depth: usize,
    command: Command,
    /// The blocks that are open.
    blocks: Vec<Block>,
    /// How many of them run only perhaps.
    perhaps: usize,
    /// What comes next stands behind `&&` or `||`, or is the body of a function.
    depends: bool,
}

struct Block {
    perhaps: bool,
    ends: Ends,
}

#[derive(PartialEq, Eq)]
enum Ends {
    Word,
    /// Before that word, a parenthesis ends a pattern.
    Esac,
    /// A shell of its own, and the command that it begins with.
    Parenthesis(usize),
}

impl<'s> Cutter<'s> {
    fn new(script: &'s mut Script, line: usize, depth: usize) -> Cutter<'s> {
        let pipeline = script.commands.last().map_or(0, |command| command.pipeline + 1);
        let command = Command { pipeline, ..Command::default() };
        Cutter { script, line, depth, command, blocks: Vec::new(), perhaps: 0, depends: false }
    }

    fn cut(mut self, tokens: Vec<Token>) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(raw, _) if raw == "[[" && self.command.words.is_empty() => {
                    for token in tokens.by_ref().take_while(|token| token.to_str() != "]]") {
                        self.read(&token);
                    }
                }
                Token::Word(raw, span) if raw.ends_with('=') && opens_array(tokens.peek(), span.end.index) => {
                    let mut array = self.read(&Token::Word(raw, span));
                    tokens.next();
                    for token in tokens.by_ref().take_while(|token| token.to_str() != ")") {
                        array.pieces.extend(self.read(&token).pieces);
                        array.pieces.push(Piece::Unknown);
                    }
                    self.command.words.push(array);
                }
                token @ Token::Word(..) => self.word(&token),
                Token::Operator(op, _) if op.starts_with("<<") && op != "<<<" => {
                    // The tokeniser hands over the tag, the body and the tag again.
                    let body = tokens.by_ref().take(3).nth(1);
                    self.command.bodies.extend(body.map(|body| body.to_str().to_owned()));
                    tokens.next_if(|token| matches!(token, Token::Word(..)));
                }
                Token::Operator(op, span) if is_substitution(&op, tokens.peek()) => {
                    // `<(command)` stands for a file with what the command prints.
                    let inside = between_parentheses(&mut tokens);
                    self.word(&Token::Word(format!("$({inside})"), span));
                }
                Token::Operator(op, _) if op.starts_with(['<', '>']) || op.starts_with("&>") => {
                    if let Some(target) = tokens.next_if(|token| matches!(token, Token::Word(..))) {
                        let word = self.read(&target);
                        match op.as_str() {
                            "<<<" => self.command.bodies.push(target.to_str().to_owned()),
                            _ => self.command.redirects.push(word),
                        }
                    }
                }
                Token::Operator(op, _) => self.operator(&op),
            }
        }
        self.finish();
    }

    fn word(&mut self, token: &Token) {
        const BEFORE_A_COMMAND: [&str; 10] = ["if", "then", "elif", "else", "while", "until", "do", "!", "{", "coproc"];
        const AFTER_A_COMMAND: [&str; 4] = ["}", "fi", "done", "esac"];
        let raw = token.to_str();
        let starts = self.command.words.is_empty();
        match raw {
            "case" if starts => self.open(true, Ends::Esac),
            "if" | "while" | "until" | "for" | "select" if starts => self.open(true, Ends::Word),
            "{" if starts => self.open(self.depends, Ends::Word),
            raw if starts && AFTER_A_COMMAND.contains(&raw) => self.close(),
            _ => {}
        }
        if !(starts && (BEFORE_A_COMMAND.contains(&raw) || AFTER_A_COMMAND.contains(&raw))) {
            let word = self.read(token);
            self.command.words.push(word);
        }
    }

    /// Takes a word apart, and reads the commands that are substituted in it.
    fn read(&mut self, token: &Token) -> Word {
        let raw = token.to_str();
        // The start that a token reports lies before a line continuation, its end does not.
        let line = self.line + (token.location().end.line - 1).saturating_sub(raw.matches('\n').count());
        let word = Word::read(raw, line);
        for piece in &word.pieces {
            if let Piece::Command { text, lines_down } = piece {
                match self.depth {
                    DEPTH.. => self.script.broken.push((line, text.clone())),
                    depth => {
                        let start = self.script.commands.len();
                        read_into(self.script, text, line + lines_down, depth + 1);
                        self.subshell(start);
                    }
                }
            }
        }
        word
    }

    fn open(&mut self, perhaps: bool, ends: Ends) {
        self.perhaps += usize::from(perhaps);
        self.blocks.push(Block { perhaps, ends });
        self.depends = false;
    }

    fn close(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.perhaps -= usize::from(block.perhaps);
            if let Ends::Parenthesis(start) = block.ends {
                self.subshell(start);
            }
        }
    }

    /// Closes what a parenthesis ends; false where it ends the pattern of a case.
    fn close_parenthesis(&mut self) -> bool {
        let opened = |block: &Block| matches!(block.ends, Ends::Parenthesis(_));
        if self.blocks.last().is_some_and(|block| block.ends == Ends::Esac) {
            return false;
        }
        let Some(at) = self.blocks.iter().rposition(opened) else { return false };
        self.finish();
        while self.blocks.len() > at {
            self.close();
        }
        true
    }

    /// What has been read since the command `start` has run in a shell of its own.
    fn subshell(&mut self, start: usize) {
        let end = self.script.commands.len();
        if start < end {
            self.script.subshells.push(start..end);
        }
    }

    fn operator(&mut self, op: &str) {
        match op {
            "(" => {
                if let [name] = self.command.words.as_slice() {
                    // `name()` defines a function.
                    self.script.functions.extend(name.literal().map(str::to_owned));
                    self.command.words.clear();
                    self.depends = true;
                }
                self.finish();
                let depends = self.depends;
                self.open(depends, Ends::Parenthesis(self.script.commands.len()));
                self.depends = depends;
            }
            ")" if self.close_parenthesis() => {}
            ")" => self.command.words.clear(),
            "&&" | "||" => {
                self.finish();
                self.depends = true;
            }
            "|" | "|&" => {
                let pipeline = self.command.pipeline;
                self.finish();
                self.command.pipeline = pipeline;
            }
            "\n" if self.command.words.is_empty() => self.finish(),
            _ => {
                self.finish();
                self.depends = false;
            }
        }
    }

    fn finish(&mut self) {
        let next = self.script.commands.last().map_or(0, |command| command.pipeline).max(self.command.pipeline) + 1;
        let mut command = std::mem::replace(&mut self.command, Command { pipeline: next, ..Command::default() });
        if command.words.first().and_then(Word::literal) == Some("function") {
            self.script.functions.extend(command.words.get(1).and_then(Word::literal).map(str::to_owned));
            self.depends = true;
            if command.words.get(2).and_then(Word::literal) == Some("{") {
                self.open(true, Ends::Word);
            }
            command.words = command.words.split_off(command.words.len().min(3));
        }
        if !command.words.is_empty() || !command.redirects.is_empty() {
            command.conditional = self.depends || self.perhaps > 0;
            self.script.commands.push(command);
        }
    }
}

fn is_substitution(op: &str, next: Option<&Token>) -> bool {
    matches!(op, "<" | ">") && next.is_some_and(|next| matches!(next, Token::Operator(op, _) if op == "("))
}

/// What stands between the parenthesis that comes next and its partner.
fn between_parentheses(tokens: &mut impl Iterator<Item = Token>) -> String {
    let mut inside = Vec::new();
    let mut depth = 0usize;
    for token in tokens {
        match (&token, token.to_str()) {
            (Token::Operator(..), "(") => depth += 1,
            (Token::Operator(..), ")") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        inside.push(token.to_str().to_owned());
    }
    inside.get(1..).unwrap_or_default().join(" ")
}

fn opens_array(next: Option<&Token>, at: usize) -> bool {
    matches!(next, Some(Token::Operator(op, span)) if op == "(" && span.start.index == at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each command as `line: words`, what is not literal as `*`.
    fn commands(text: &str) -> Vec<String> {
        let words = |command: &Command| {
            let words: Vec<&str> = command.words.iter().map(|word| word.literal().unwrap_or("*")).collect();
            format!("{}: {}", command.words.first().map_or(0, |word| word.line), words.join(" "))
        };
        read(text, 1).commands.iter().map(words).collect()
    }

    #[test]
    fn a_substituted_file_is_a_word_of_its_command() {
        assert_eq!(commands("a --file <(b \"$X\" | c) d\ne"), ["1: b *", "1: c", "1: a --file * d", "2: e"]);
        assert_eq!(commands("a <(b"), ["1: b", "1: a *"]);
    }

    #[test]
    fn what_the_tokeniser_gives_up_on_is_broken_and_nothing_else() {
        let text = "\"${<<E\n}<<E\nE\na<<E\n";
        assert!(tokens(text).is_none());
        assert!(!read(text, 1).broken.is_empty());
    }

    #[test]
    fn commands_stand_on_their_own_lines() {
        assert_eq!(
            commands("#!/bin/sh\n\n# railway up\na b && \\\n  c \\\n d\ne | f; g &\n"),
            ["4: a b", "5: c d", "7: e", "7: f", "7: g"]
        );
    }

    #[test]
    fn reserved_words_and_patterns_are_no_commands() {
        let text = "if a; then b; else c; fi\nwhile ! d; do e; done\ncase $x in\n f) h ;;\n *) i;;\nesac\nj() { k; }\nfunction l { m; }\n[[ -n $a && n ]] && o\n";
        assert_eq!(
            commands(text),
            ["1: a", "1: b", "1: c", "2: d", "2: e", "3: case * in", "4: h", "5: i", "7: k", "8: m", "9: o"]
        );
        assert_eq!(read(text, 1).functions, ["j", "l"]);
    }

    #[test]
    fn substitutions_arrays_and_here_documents_are_looked_into() {
        assert_eq!(commands("x=\"$(a\n b)\"\nc `d`"), ["1: a", "2: b", "1: *", "3: d", "3: c *"]);
        assert_eq!(commands("ARGS=(railway up)\nz"), ["1: *", "2: z"]);
        let script = read("cat > .env <<EOF\nrailway up\nEOF\nb <<< \"$X\"", 1);
        assert_eq!(script.commands.len(), 2);
        assert_eq!(script.commands[0].bodies, ["railway up\n"]);
        assert_eq!(script.commands[1].bodies, ["\"$X\""]);
        assert_eq!(script.commands[1].words[0].line, 4);
    }

    #[test]
    fn what_is_no_shell_is_read_line_by_line_and_the_rest_handed_back() {
        let script = read("a\necho `it is\nb\nrun \"x\ny\" z\nc ${open", 5);
        assert_eq!(script.broken.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [6, 10]);
        assert_eq!(script.commands.len(), 3);
    }

    #[test]
    fn nesting_beyond_reason_neither_overflows_nor_hangs() {
        for (open, close) in [("$(", ")"), ("${a:-", "}"), ("(", ")"), ("{ ", "}"), ("\"$(", ")\""), ("`", "`")] {
            for n in [100, 1900, 50_000] {
                let text = format!("{}railway up{}", open.repeat(n), close.repeat(n));
                let script = read(&text, 1);
                assert!(script.commands.len() + script.broken.len() < 3 * n + 10);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "([a-z$(){}<>|&;'\"`\\\\= \n#\\[\\]!@-]|<<E\n|E\n|\\PC){0,60}") {
            read(&text, 1);
        }
    }
}
