//! Whatever stands in a text is read without a panic.

use super::*;

/// What the readers look for, to be put together in any order.
const PIECES: &[&str] = &[
    "\"value\": \"",
    "value: ",
    "\"name\": \"password",
    "name: password\n",
    "<name>password</name>",
    "key=\"token\"",
    "token = ",
    "password: ",
    "expect(token)",
    "assert(\"",
    "echo \"a:",
    "| chpasswd",
    "login(\"",
    "password",
    "api_token",
    "Authorization",
    "name",
    "key",
    "value",
    "default=",
    "bearer ",
    "basic ",
    "login",
    "assert",
    "expect",
    "echo ",
    "chpasswd",
    "identified",
    "user ",
    "is ",
    "or ",
    "As String =",
    "with:",
    "x9Kq2",
    "é",
    "\"",
    "'",
    "`",
    ":",
    "=",
    " ",
    ",",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "</",
    "<value>",
    "\n",
    "\r\n",
    "- ",
    "|",
    "\\",
    "/",
    "://",
    "@",
    "#",
    "$",
    "&",
    "&quot;",
    "!!str ",
    "**",
    ".to eq",
    "->",
    "::",
    "mysqli(",
    "jwt.sign(",
    "btoa(",
    "@tcp(",
    "{ get",
    "} =",
    " ? ",
    " : ",
    "${",
    ":-",
    "[3",
    "forKey:",
    ".sendKeys(",
    "\"\"\"",
    "Some(",
    ".into()",
    "rabbitmqctl ",
    "\0",
];

proptest::proptest! {
    #[test]
    fn any_order_of_what_is_looked_for_is_read_without_a_panic(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 1..24)
    ) {
        let text = pieces.concat();
        for path in ["a.py", ".env", "a.yml", "a.md"] {
            for at in 0..text.len() {
                find(text.as_bytes(), at, &Place::of(path));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120), at in 0_usize..120) {
        let bytes = [&bytes[..], b" token = \"", &bytes[..], b"\" \xff password"].concat();
        for path in ["a.py", ".env", "a.yml", "a"] {
            find(&bytes, at % bytes.len(), &Place::of(path));
        }
    }
}
