//! What the path of a file says about the values in it: whether they may stand there without
//! quotation marks, and whether anybody would put a real secret there.

/// How a value is written in a text of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// A name, a separator, and the value to the end of the line: dotenv, INI, properties.
    Lines,
    /// Data with marks of its own: YAML, JSON, TOML, XML, HCL.
    Data,
    /// Commands, and prose with commands in it.
    Shell,
    /// A program: what stands without quotation marks is computed.
    Code,
}

/// What is known of a file from its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub text: Text,
    /// Tests, fixtures, examples, documentation.
    pub practice: bool,
    /// A form to be filled in: `.env.example`.
    pub template: bool,
    /// Written by a program, for programs or for people's languages: nothing in it is assigned.
    pub written: bool,
    /// Named for the language that its words are of: `login_da.properties`, `Strings.pt-BR.resx`.
    pub spoken: bool,
}

const LINES: &[&str] = &[
    "env",
    "ini",
    "properties",
    "conf",
    "cfg",
    "cnf",
    "config",
    "credentials",
    "prefs",
    "netrc",
    "rc",
    "envrc",
    "vars",
    "desktop",
    "service",
];
const DATA: &[&str] = &[
    "yml",
    "yaml",
    "json",
    "jsonc",
    "jsonl",
    "ndjson",
    "json5",
    "toml",
    "xml",
    "tf",
    "tfvars",
    "tfstate",
    "hcl",
    "plist",
    "neon",
    "xaml",
    "csproj",
    "htm",
    "html",
    "vue",
    "ipynb",
    "har",
    "wsdl",
    "svg",
    "xhtml",
    "jmx",
    "iml",
    "pom",
    "settings",
    "webconfig",
    "resx",
    "csv",
    "sql",
];
const CODE: &[&str] = &[
    "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "java", "kt", "kts", "scala", "groovy", "gradle", "go", "rs",
    "c", "h", "cc", "cpp", "hpp", "cxx", "hh", "m", "mm", "cs", "fs", "vb", "swift", "rb", "erb", "rake", "php",
    "phtml", "pl", "pm", "lua", "r", "jl", "dart", "ex", "exs", "erl", "clj", "cljs", "hs", "ml", "d", "nim", "zig",
    "asm", "s", "pas", "f90", "cr", "sol", "proto", "graphql", "coffee", "elm", "jsp", "aspx", "cshtml", "twig",
    "jinja", "j2", "svelte", "astro", "css", "scss", "less", "inc", "dts", "dtsi", "y", "l", "in", "ac", "cmake",
    "thrift", "idl",
];
const PRACTICE: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "__tests__",
    "__mocks__",
    "mock",
    "mocks",
    "spec",
    "specs",
    "fixture",
    "fixtures",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "doc",
    "docs",
    "documentation",
    "e2e",
    "selftests",
    "testsuite",
    "cassettes",
    "playground",
    "tutorial",
    "tutorials",
    "benchmark",
    "benchmarks",
    "stubs",
];
const FORMS: &[&str] = &["example", "sample", "template", "dist", "tpl", "tmpl", "dummy", "defaults"];
/// Ends of names that say what is done with a file, and not what stands in it.
const COPIES: &[&str] =
    &["j2", "jinja", "jinja2", "tpl", "tmpl", "template", "dist", "example", "sample", "default", "bak", "old", "orig"];
const WRITTEN: &[&str] = &[
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "cargo.lock",
    "go.sum",
    "poetry.lock",
    "gemfile.lock",
    "composer.lock",
    "pipfile.lock",
    "flake.lock",
    "uv.lock",
    "podfile.lock",
    "packages.lock.json",
    "npm-shrinkwrap.json",
    "mix.lock",
    "deno.lock",
    "bun.lock",
    "pubspec.lock",
    ".terraform.lock.hcl",
    "checksums.txt",
    "license",
    "copying",
];
const LOCALE: &[&str] = &[
    "locale",
    "locales",
    "localization",
    "localisation",
    "i18n",
    "l10n",
    "lang",
    "langs",
    "translations",
    "translation",
    "languages",
    "messages",
];
/// The kinds of files that programs keep what they say in.
const SAID_IN: &[&str] = &["properties", "resx", "resw"];
/// The languages of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy \
     da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik \
     io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt \
     my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so \
     sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

impl Place {
    pub(super) fn of(path: &str) -> Place {
        let path = path.to_ascii_lowercase();
        let mut parts = path.rsplit('/');
        let file = parts.next().unwrap_or_default();
        let folder = |list: &[&str]| path.split('/').rev().skip(1).any(|part| list.contains(&part));
        let extension = extension(file);
        let pieces = || file.split(['.', '-', '_']);
        let is = |list: &[&str]| list.contains(&extension);
        let text = match () {
            () if file.starts_with(".env") || is(LINES) || (file.starts_with('.') && file.ends_with("rc")) => {
                Text::Lines
            }
            () if is(DATA) => Text::Data,
            () if is(CODE) || matches!(file, "kconfig" | "rakefile" | "gemfile" | "jenkinsfile" | "cmakelists.txt") => {
                Text::Code
            }
            () => Text::Shell,
        };
        let prose = matches!(
            extension,
            "md" | "doc" | "rst" | "adoc" | "txt" | "mdx" | "markdown" | "tex" | "po" | "pot" | "htm" | "html"
        ) || file.starts_with("readme")
            || file.starts_with("changelog");
        Place {
            text,
            practice: prose
                || folder(PRACTICE)
                || pieces().any(|piece| {
                    matches!(piece, "test" | "tests" | "spec" | "mock" | "fixture" | "example" | "sample" | "demo")
                }),
            // `template.html` is a page that a program fills, `config.template.yml` a form for people.
            template: pieces().any(|piece| FORMS.contains(&piece))
                && !(file.starts_with("template.") && text != Text::Lines),
            written: WRITTEN.contains(&file)
                || file.ends_with(".min.js")
                || file.ends_with(".min.css")
                || file.ends_with(".map")
                || file.ends_with(".po")
                || file.ends_with(".pot")
                || file.ends_with(".strings")
                || file.ends_with(".snap")
                || file.ends_with(".svg")
                || file.ends_with(".css")
                || file.ends_with(".patch")
                || folder(LOCALE)
                || pieces().any(|piece| matches!(piece, "i18n" | "locale" | "locales" | "translations" | "strings")),
            spoken: SAID_IN.contains(&extension) && is_of_a_language(file),
        }
    }
}

/// What the file is when its template is filled in: `values.yaml.j2` is YAML.
fn extension(file: &str) -> &str {
    let mut rest = file;
    loop {
        let (name, extension) = rest.rsplit_once('.').unwrap_or((rest, ""));
        if !COPIES.contains(&extension) || !name.contains('.') {
            return extension;
        }
        rest = name;
    }
}

/// Whether the name of a language ends the name of the file, with or without a country or a script.
fn is_of_a_language(file: &str) -> bool {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let ends = |stem: &str| {
        let language = stem.rsplit_once(['_', '.']).filter(|(name, _)| !name.is_empty());
        language.is_some_and(|(_, end)| end.len() == 2 && LANGUAGES.split_ascii_whitespace().any(|known| known == end))
    };
    let is_region = |end: &str| matches!(end.len(), 2 | 4) && end.bytes().all(|byte| byte.is_ascii_lowercase());
    ends(stem) || stem.rsplit_once(['_', '-']).is_some_and(|(stem, region)| is_region(region) && ends(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_how_values_are_written() {
        let text = |path: &str| Place::of(path).text;
        assert_eq!(text("web/.env"), Text::Lines);
        assert_eq!(text(".env.production"), Text::Lines);
        assert_eq!(text("my.cnf"), Text::Lines);
        assert_eq!(text("a/config.YML"), Text::Data);
        assert_eq!(text("src/main.rs"), Text::Code);
        assert_eq!(text("deploy.sh"), Text::Shell);
        assert_eq!(text("values.yaml.j2"), Text::Data);
        assert_eq!(text("settings.py.bak.old"), Text::Code);
        assert_eq!(text("page.j2"), Text::Code);
        assert_eq!(text("Dockerfile"), Text::Shell);
    }

    #[test]
    fn a_path_says_whether_a_secret_there_is_meant() {
        assert!(Place::of("src/tests/login.py").practice);
        assert!(Place::of("src/login_test.go").practice);
        assert!(Place::of("docs/setup.md").practice);
        assert!(!Place::of("src/login.go").practice);
        assert!(!Place::of("contest/main.py").practice);
        assert!(Place::of(".env.example").template);
        assert!(!Place::of(".env").template);
        assert!(Place::of("a/package-lock.json").written);
        assert!(Place::of("config/locales/de.yml").written);
        assert!(Place::of("plugins/login/localization/eu_ES.inc").written);
        assert!(!Place::of("config/database.yml").written);
    }

    #[test]
    fn a_path_says_that_a_file_is_of_a_language() {
        for path in ["login_da.properties", "a/login_pt_BR.properties", "Strings.cs.resx", "app.zh-Hans.resx"] {
            assert!(Place::of(path).spoken, "{path}");
        }
        for path in [
            "config.properties",
            "application-it.properties",
            "my.cnf",
            "db_qa.properties",
            "en.py",
            "a.de.yml",
            "main.dev.resx",
        ] {
            assert!(!Place::of(path).spoken, "{path}");
        }
    }
}
