//! Programs that read a credential from their environment, or hold it.

use super::*;

#[test]
fn a_program_that_reads_it_is_a_use_that_is_not_understood() {
    for (path, text) in [
        ("a.js", "const t = process.env.RAILWAY_TOKEN;"),
        ("a.ts", "const t = process.env[\"RAILWAY_TOKEN\"] ?? '';"),
        ("a.mjs", "fetch(u, { headers: { Authorization: `Bearer ${process.env.RAILWAY_TOKEN}` } })"),
        ("a.ts", "const { A, RAILWAY_TOKEN: token = 'x' } = process.env;"),
        ("a.vue", "import.meta.env.RAILWAY_TOKEN"),
        ("a.ts", "Deno.env.get(\"RAILWAY_TOKEN\")"),
        ("a.ts", "Bun.env.RAILWAY_TOKEN"),
        ("a.svelte", "import { RAILWAY_TOKEN } from '$env/static/private';"),
        ("a.ts", "export default { fetch(r, env) { return env.RAILWAY_TOKEN } }"),
        ("a.py", "t = os.environ[\"RAILWAY_TOKEN\"]"),
        ("a.py", "t = os.environ.get('RAILWAY_TOKEN', '')"),
        ("a.py", "t = os.getenv(\n"),
        ("a.py", "t = config('RAILWAY_TOKEN')"),
        ("a.py", "t: str = Field(env=\"RAILWAY_TOKEN\")"),
        ("a.ipynb", "  \"t = os.environ[\\\"RAILWAY_TOKEN\\\"]\\n\","),
        ("a.rs", "let t = env!(\"RAILWAY_TOKEN\");"),
        ("a.rs", "let t = option_env!(\"RAILWAY_TOKEN\");"),
        ("a.rs", "let t = std::env::var(\"RAILWAY_TOKEN\");"),
        ("a.rs", "let t = env::var_os(\"RAILWAY_TOKEN\");"),
        ("a.rs", "#[arg(long, env = \"RAILWAY_TOKEN\")]"),
        ("a.rb", "t = ENV[\"RAILWAY_TOKEN\"]"),
        ("Rakefile", "t = ENV.fetch('RAILWAY_TOKEN') { '' }"),
        ("A.java", "String t = System.getenv(\"RAILWAY_TOKEN\");"),
        ("A.kt", "@Value(\"\\${RAILWAY_TOKEN}\") val t: String"),
        ("A.scala", "sys.env(\"RAILWAY_TOKEN\")"),
        ("build.gradle.kts", "providers.environmentVariable(\"RAILWAY_TOKEN\")"),
        ("a.go", "t := os.Getenv(\"RAILWAY_TOKEN\")"),
        ("a.go", "t, ok := os.LookupEnv(\"RAILWAY_TOKEN\")"),
        ("a.go", "Token string `env:\"RAILWAY_TOKEN,required\"`"),
        ("a.php", "$t = getenv('RAILWAY_TOKEN');"),
        ("a.php", "$t = $_ENV['RAILWAY_TOKEN'];"),
        ("config/a.php", "'token' => env('RAILWAY_TOKEN'),"),
        ("a.cs", "Environment.GetEnvironmentVariable(\"RAILWAY_TOKEN\")"),
        ("a.ex", "System.get_env(\"RAILWAY_TOKEN\")"),
        ("config/runtime.exs", "System.fetch_env!(\"RAILWAY_TOKEN\")"),
        ("a.dart", "Platform.environment['RAILWAY_TOKEN']"),
        ("a.swift", "ProcessInfo.processInfo.environment[\"RAILWAY_TOKEN\"]"),
        ("a.pl", "my $t = $ENV{RAILWAY_TOKEN};"),
        ("a.c", "char *t = getenv(\"RAILWAY_TOKEN\");"),
        ("a.ps1", "railway up --token $env:RAILWAY_TOKEN"),
        ("a.hs", "t <- lookupEnv \"RAILWAY_TOKEN\""),
        ("config/services.yaml", "    token: '%env(resolve:RAILWAY_TOKEN)%'"),
        ("src/main/resources/application.yml", "token: ${RAILWAY_TOKEN:none}"),
        ("application.properties", "token=${RAILWAY_TOKEN}"),
        ("bin/tool", "#!/usr/bin/env python3\nos.environ['RAILWAY_TOKEN']"),
        ("Jenkinsfile", "withCredentials([string(credentialsId: 'x', variable: 'RAILWAY_TOKEN')]) {"),
        ("a.pkr.hcl", "token = env(\"RAILWAY_TOKEN\")"),
    ] {
        let split = text.ends_with("(\n");
        let text = if split { format!("{text}  \"RAILWAY_TOKEN\")") } else { text.to_owned() };
        let line = if text.starts_with("#!") { 2 } else { 1 };
        check("railway", "RAILWAY_TOKEN", path, &text, &format!("? @{line}"));
        check("railway", "OTHER_TOKEN", path, &text, "");
    }
}

#[test]
fn what_only_names_it_is_no_use() {
    for (path, text) in [
        ("a.js", "// process.env.RAILWAY_TOKEN"),
        ("a.py", "  # os.environ['RAILWAY_TOKEN']"),
        ("a.js", "throw new Error('RAILWAY_TOKEN is not set')"),
        ("a.js", "const { RAILWAY_TOKEN } = settings;"),
        ("a.js", "myenv.RAILWAY_TOKEN_URL; process.env.RAILWAY_TOKEN_FILE"),
        ("a.md", "process.env.RAILWAY_TOKEN"),
        ("node_modules/a/b.js", "process.env.RAILWAY_TOKEN"),
        ("dist/a.min.js", "process.env.RAILWAY_TOKEN"),
        ("vendor/x/a.go", "os.Getenv(\"RAILWAY_TOKEN\")"),
    ] {
        check("railway", "RAILWAY_TOKEN", path, text, "");
    }
}

#[test]
fn a_program_that_holds_it_uses_it() {
    let held = |path: &str, place: &str, text: &str| {
        let credentials = [credential("railway", &value(), &[place])];
        said(&find_all(&credentials, &[(path, &text.replace("VALUE", &value()))])[0])
    };
    assert_eq!(held("src/a.ts", "src/a.ts:2=token", "\nconst token = 'VALUE';\n"), "? @2");
    assert_eq!(held("src/a.ts", "src/a.ts:2=token", "\n// const token = 'VALUE';\n"), "");
    assert_eq!(held("config/a.yml", "config/a.yml:2=token", "a:\n  token: VALUE\n"), "");
    assert_eq!(held("a.json", "a.json:2=token", "{\n\"token\": \"VALUE\"}"), "");
}

#[test]
fn a_name_that_says_little_counts_only_where_the_value_lies() {
    let credentials = [credential("railway", &value(), &[".env:1=TOKEN"])];
    assert_eq!(said(&find_all(&credentials, &[("a.js", "process.env.TOKEN")])[0]), "");
}

#[test]
fn a_name_that_another_file_exports_it_under_is_known_to_programs() {
    let credentials = [credential("railway", &value(), &[".env:1=RAILWAY_TOKEN"])];
    let files = [("a.js", "process.env.OUR_TOKEN"), ("a.sh", "export OUR_TOKEN=$RAILWAY_TOKEN")];
    assert_eq!(said(&find_all(&credentials, &files)[0]), "? @1");
}

#[test]
fn programs_do_not_hide_what_commands_need() {
    let credentials = [credential("railway", &value(), &[".env:1=RAILWAY_TOKEN"])];
    let files = [("a.py", "os.getenv('RAILWAY_TOKEN')"), ("a.sh", "railway up")];
    let uses = &find_all(&credentials, &files)[0];
    assert_eq!((said(uses).as_str(), uses.resolved), ("publish:compute railway up @1; ? @1", Some(false)));
}

#[test]
fn a_long_line_is_gone_through_once() {
    let text = "`${AB}`;process.env.X;a}=env;".repeat(100_000);
    let credentials = [credential("railway", &value(), &[".env:1=RAILWAY_TOKEN"])];
    assert_eq!(said(&find_all(&credentials, &[("a.js", &text)])[0]), "");
}
