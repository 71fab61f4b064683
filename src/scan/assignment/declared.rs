//! Values of languages that declare their variables with a form: `DATA name TYPE string VALUE 'x'` of
//! ABAP, `05 NAME PIC X(20) VALUE 'x'` of COBOL, and a line of variables of Robot Framework.

use super::super::place::Text;
use super::cursor::Cursor;
use super::named::Named;
use super::syntax::{Form, Value};

/// No form is longer.
const FAR: usize = 60;

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    if name.place.text != Text::Shell {
        return None;
    }
    let mut rest = name.behind();
    // `${VALID PASSWORD}`
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_');
    let line = name.line_before();
    let variable = memchr::memmem::rfind(line, b"${").filter(|at| line[at + 2..].iter().all(is_word));
    if let Some(at) = variable {
        return of_robot(&line[..at], &mut rest);
    }
    rest.eat(b" ").then_some(())?;
    rest.spaces();
    let has_form = ["TYPE ", "PIC ", "PIC(", "PICTURE "].iter().any(|word| rest.eat(word.as_bytes()));
    let from = |word: &str| Some(memchr::memmem::find(rest.rest(), word.as_bytes())? + word.len());
    let given = has_form.then(|| from(" VALUE ").or_else(|| from(" DEFAULT "))).flatten().filter(|at| *at < FAR)?;
    rest.at += given;
    rest.spaces();
    rest.quoted(Form::Quoted)
}

/// `${NAME}    x`, `Set Suite Variable    ${NAME}    x`: what two spaces set apart.
fn of_robot(before: &[u8], rest: &mut Cursor<'_>) -> Option<Value> {
    let sets = before.is_empty() || before.ends_with(b"Variable    ");
    (sets && rest.eat(b"}    ")).then_some(())?;
    rest.spaces();
    let text = rest.rest();
    let length = memchr::memmem::find(text, b"  ").unwrap_or(text.trim_ascii_end().len());
    (length > 0).then_some(Value { span: rest.at..rest.at + length, form: Form::Login })
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn what_is_declared_with_a_form_is_found() {
        for (path, text) in [
            ("a.abap", "DATA: lv_password TYPE string VALUE '{}'."),
            ("a.abap", "PARAMETERS: p_password TYPE string DEFAULT '{}'."),
            ("a.cbl", "       05  DB-PASSWORD  PIC X(20) VALUE '{}'."),
            ("a.robot", "${VALID PASSWORD}    {}"),
            ("a.robot", "    Set Suite Variable    ${TOKEN}    {}"),
        ] {
            assert_eq!(found(path, text, "{base62:20}").len(), 1, "{path}: {text}");
        }
        for (path, text) in [
            ("a.abap", "DATA: lv_password TYPE string. x = '{}'."),
            ("a.robot", "    Should Be Equal    ${PASSWORD}    {}"),
            ("a.sh", "echo ${PASSWORD} {}"),
        ] {
            assert_eq!(found(path, text, "{base62:20}"), [], "{path}: {text}");
        }
    }
}
