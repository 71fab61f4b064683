//! The repository of the story, as files: a script that was made to add custom domains and holds
//! the token, two environment files that git ignores and that hold it too, a workflow that names
//! it, and a page full of ids that are none.

use std::fs;
use std::io;
use std::path::Path;

use super::uuid_of;

/// Stands in the bundled files where the token goes.
const PLACEHOLDER: &str = "{{token}}";

struct File {
    path: &'static str,
    text: &'static str,
}

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(File {
            path: $path,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/repos/nine-seconds/", $path)),
        }),*]
    };
}

const FILES: &[File] = files![
    ".env.production",
    ".env.staging",
    ".github/workflows/domains.yml",
    ".gitignore",
    "README.md",
    "docs/uuid.md",
    "package.json",
    "scripts/add-domain.sh",
    "src/bookings.js",
    "src/server.js",
];

/// Writes the files below `into`, which is made when it is missing, with the token filled in.
/// Git is not touched: whoever needs a repository runs `git init` there.
pub fn write(into: &Path, token: &str) -> io::Result<()> {
    for file in FILES {
        let path = into.join(file.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, file.text.replace(PLACEHOLDER, token))?;
        if file.text.starts_with("#!") {
            make_executable(&path)?;
        }
    }
    Ok(())
}

/// The demo's token: of the provider's shape, the same at each run, good for nothing but the
/// replica.
pub fn token() -> String {
    uuid_of("overscope demo: the token that was made for custom domains")
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::World;

    fn text(path: &str) -> &'static str {
        FILES.iter().find(|file| file.path == path).expect("a bundled file").text
    }

    #[test]
    fn the_token_is_a_lower_case_uuid_and_always_the_same() {
        let token = token();
        let lengths: Vec<usize> = token.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert!(token.chars().all(|it| it == '-' || it.is_ascii_digit() || ('a'..='f').contains(&it)));
        assert_eq!((token.as_bytes()[14], token), (b'4', super::token()));
    }

    #[test]
    fn every_file_is_bundled() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos/nine-seconds");
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"));
                }
            }
        }
        found.sort();
        assert_eq!(found, FILES.iter().map(|file| file.path).collect::<Vec<_>>());
    }

    #[test]
    fn the_token_stands_where_the_story_says_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let token = token();
        write(&folder.path().join("new"), &token).unwrap();
        let mut places = Vec::new();
        for file in FILES {
            let text = fs::read_to_string(folder.path().join("new").join(file.path)).unwrap();
            assert!(!text.contains(PLACEHOLDER));
            for (line, content) in text.lines().enumerate() {
                if let Some(column) = content.find(&token) {
                    places.push((file.path, line + 1, column + 1));
                }
            }
        }
        let expected = [(".env.production", 1, 19), (".env.staging", 1, 19), ("scripts/add-domain.sh", 7, 26)];
        assert_eq!(places, expected);
    }

    #[test]
    fn the_script_runs_the_one_command_that_the_token_was_made_for() {
        let script = text("scripts/add-domain.sh");
        assert!(script.lines().nth(8).unwrap().starts_with("railway domain "));
        assert_eq!(script.matches("\nrailway ").count(), 1);
    }

    #[test]
    fn the_ids_are_those_of_the_demo_world() {
        let world = World::revoked();
        let project = &world.workspaces[0].projects[0];
        let production = format!("RAILWAY_ENVIRONMENT_ID={}\n", project.environments[0].id);
        let staging = format!("RAILWAY_ENVIRONMENT_ID={}\n", project.environments[1].id);
        assert!(text(".env.production").contains(&production));
        assert!(text(".env.staging").contains(&staging));
        for path in [".env.production", ".env.staging"] {
            assert!(text(path).contains(&format!("RAILWAY_PROJECT_ID={}\n", project.id)));
        }
        assert!(text("docs/uuid.md").contains(&project.volumes[0].id));
    }

    #[cfg(unix)]
    #[test]
    fn scripts_can_be_run_and_other_files_cannot() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &token()).unwrap();
        let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode();
        assert_eq!(mode("scripts/add-domain.sh") & 0o111, 0o111);
        assert_eq!(mode("src/server.js") & 0o111, 0);
    }
}
