//! Finds the detector files by looking into `detectors/`, and the tables of carriers and of what uses
//! need by looking into `src/carrier/table/` and `src/uses/table/`: adding one needs no registration.
//! Each is turned into JSON here, since that reads ten times faster at start-up; of detectors, what a
//! search begins with is written out as Rust, so that it is not read at all. What is wrong with a file
//! is said at build time, with its line and column.

use std::path::Path;
use std::{env, fs};

use toml::{Table, Value};

fn main() {
    let pair = |name: &str, _: &Table, json: &str| format!("({name:?}, {json:?})");
    embed(&["detectors"], "detectors.rs", "Embedded", detectors);
    embed(&["src/uses/table", "src/uses/table/terraform"], "uses.rs", "(&str, &str)", pair);
    embed(&["src/carrier/table"], "carriers.rs", "(&str, &str)", pair);
}

/// Writes `EMBEDDED`, an entry for every TOML file of the folders, into `file`.
fn embed(folders: &[&str], file: &str, of: &str, entry: impl Fn(&str, &Table, &str) -> String) {
    let mut files: Vec<_> = folders
        .iter()
        .inspect(|folder| println!("cargo::rerun-if-changed={folder}"))
        .flat_map(|folder| fs::read_dir(folder).unwrap_or_else(|why| panic!("{folder} is part of the package: {why}")))
        .map(|entry| entry.expect("a folder of the package can be read").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut table = format!("pub(super) static EMBEDDED: &[{of}] = &[\n");
    for path in files {
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let value: Table = toml::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let json = serde_json::to_string(&value).expect("a TOML file of ours holds no dates and no NaN");
        let name = path.file_name().expect("it was listed").to_string_lossy().into_owned();
        table.push_str(&format!("    {},\n", entry(&name, &value, &json)));
    }
    table.push_str("];\n");
    let out = env::var_os("OUT_DIR").expect("set by cargo");
    fs::write(Path::new(&out).join(file), table).expect("OUT_DIR can be written");
}

/// A provider's file, and the heads of its detectors.
fn detectors(file: &str, provider: &Table, json: &str) -> String {
    let listed = provider.get("detector").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let heads: Vec<String> = listed.iter().filter_map(Value::as_table).map(head).collect();
    let id = text(provider, "id");
    format!("Embedded {{ file: {file:?}, id: {id:?}, json: {json:?}, heads: &[{}] }}", heads.join(", "))
}

fn head(detector: &Table) -> String {
    let keywords: Vec<&str> = detector
        .get("keywords")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |words| words.iter().filter_map(Value::as_str).collect());
    let anchored = detector.contains_key("pattern") && !detector.contains_key("context");
    let whole_text = detector.get("whole_text").and_then(Value::as_bool).unwrap_or(false);
    let always = whole_text && keywords.is_empty();
    let keywords: Vec<String> = keywords.iter().map(|word| format!("Cow::Borrowed({word:?})")).collect();
    format!(
        "Head {{ id: Cow::Borrowed({:?}), keywords: Cow::Borrowed(&[{}]), anchored: {anchored}, always: {always} }}",
        text(detector, "id"),
        keywords.join(", ")
    )
}

fn text<'t>(table: &'t Table, key: &str) -> &'t str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}
