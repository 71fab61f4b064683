//! Tools that publish packages and releases.

use super::*;

#[test]
fn publishing_is_told_from_installing_and_building() {
    for (provider, key, text, expected) in [
        ("npm", "NPM_TOKEN", "npm run build && npx semantic-release", "publish:artifact semantic-release @1"),
        (
            "github",
            "GH_TOKEN",
            "npx semantic-release@24 --branches main",
            "write:code semantic-release @1; publish:artifact semantic-release @1",
        ),
        ("npm", "NPM_TOKEN", "npm publish --dry-run; pnpm publish --dry-run", ""),
        ("crates-io", "CR", "cargo publish --dry-run --token $CR", ""),
        ("github", "GITHUB_TOKEN", "goreleaser release --snapshot --clean", ""),
        ("npm", "NPM_TOKEN", "npx np patch --no-tests", "publish:artifact np @1"),
        (
            "npm",
            "NPM_TOKEN",
            "yarn changeset version && yarn changeset publish",
            "publish:artifact changeset publish @1",
        ),
        ("npm", "NPM_TOKEN", "pnpm -r publish", "publish:artifact pnpm publish @1"),
        ("npm", "NPM_TOKEN", "npm cit; npm frobnicate", "read:artifact npm cit @1; ? @1"),
        (
            "npm",
            "NPM_TOKEN",
            "yarn workspaces foreach -A --no-private npm publish --tolerate-republish",
            "publish:artifact yarn workspaces foreach npm publish @1",
        ),
        ("npm", "NPM_TOKEN", "npx lerna publish from-package --yes", "publish:artifact lerna publish @1"),
        ("github", "GH_TOKEN", "npx lerna publish from-package --yes", "publish:artifact lerna publish @1"),
        (
            "github",
            "GH_PAT",
            "npx release-please release-pr --token=$GH_PAT --repo-url a/b\nrelease-please github-release --token $GH_PAT",
            "write:code release-please release-pr @1; publish:artifact release-please github-release @2",
        ),
        (
            "gitlab",
            "GITLAB_TOKEN",
            "goreleaser check && goreleaser release --clean",
            "publish:artifact goreleaser release @1",
        ),
        (
            "crates-io",
            "CARGO_REGISTRY_TOKEN",
            "cargo +nightly test --all\ncargo publish -p x",
            "publish:artifact cargo publish @2",
        ),
        ("crates-io", "CR", "cargo publish --token $CR", "publish:artifact cargo publish @1"),
        ("crates-io", "CR", "cargo login $CR\ncargo yank --version 1.0.0 x", "delete:artifact cargo yank @2"),
        (
            "crates-io",
            "CARGO_REGISTRY_TOKEN",
            "cargo owner --add x y; cargo owner --list y",
            "read:identity cargo owner @1; grant:identity cargo owner @1",
        ),
        ("rubygems", "GEM_HOST_API_KEY", "gem build x.gemspec && gem push x.gem", "publish:artifact gem push @1"),
        ("rubygems", "GEM_HOST_API_KEY", "bundle exec rake test release", "publish:artifact rake release @1"),
        ("rubygems", "GEM_HOST_API_KEY", "bundle exec rake release", "publish:artifact rake release @1"),
        ("pypi", "FLIT_PASSWORD", "flit build; flit publish", "publish:artifact flit publish @1"),
        ("pypi", "PYPI", "hatch publish -u __token__ -a $PYPI", "publish:artifact hatch publish @1"),
        ("github", "PAT_X", "pip install git+https://x:$PAT_X@github.com/a/b", "read:code pip install @1"),
        (
            "jfrog",
            "JF",
            "pip install --index-url https://x:$JF@a.jfrog.io/api/pypi/b/simple c",
            "read:artifact pip install @1",
        ),
        (
            "github",
            "PAT_X",
            "composer config github-oauth.github.com $PAT_X && composer install",
            "read:code composer install @1",
        ),
    ] {
        check(provider, key, "a.sh", text, expected);
    }
}
