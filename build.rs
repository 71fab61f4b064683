//! Finds the detector files by looking into `detectors/`, and the tables of carriers and of what uses
//! need by looking into `src/carrier/table/` and `src/uses/table/`: adding one needs no registration.
//! Each is turned into JSON here, since that reads ten times faster at start-up; what is wrong with a
//! file is said at build time, with its line and column.

use std::path::Path;
use std::{env, fs};

fn main() {
    embed(&["detectors"], "detectors.rs");
    embed(&["src/uses/table", "src/uses/table/terraform"], "uses.rs");
    embed(&["src/carrier/table"], "carriers.rs");
}

/// Writes `EMBEDDED`, name and JSON of every TOML file of the folders, into `file`.
fn embed(folders: &[&str], file: &str) {
    let mut files: Vec<_> = folders
        .iter()
        .inspect(|folder| println!("cargo::rerun-if-changed={folder}"))
        .flat_map(|folder| fs::read_dir(folder).unwrap_or_else(|why| panic!("{folder} is part of the package: {why}")))
        .map(|entry| entry.expect("a folder of the package can be read").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut table = String::from("pub(super) const EMBEDDED: &[(&str, &str)] = &[\n");
    for path in files {
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let value: toml::Value = toml::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let json = serde_json::to_string(&value).expect("a TOML file of ours holds no dates and no NaN");
        let name = path.file_name().expect("it was listed").to_string_lossy().into_owned();
        table.push_str(&format!("    ({name:?}, {json:?}),\n"));
    }
    table.push_str("];\n");
    let out = env::var_os("OUT_DIR").expect("set by cargo");
    fs::write(Path::new(&out).join(file), table).expect("OUT_DIR can be written");
}
