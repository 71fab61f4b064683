//! Blocks of Terraform, and the commands that run them.

use super::*;

const RECORD: &str = "resource \"cloudflare_dns_record\" \"www\" {\n  name = \"www\"\n}\n";

fn uses(places: &[&str], files: &[(&str, &str)]) -> String {
    let credentials = [credential("cloudflare", &value(), places)];
    let files: Vec<(&str, String)> =
        files.iter().map(|(path, text)| (*path, text.replace("VALUE", &value()))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    said(&find_all(&credentials, &files)[0])
}

#[test]
fn a_provider_is_given_its_credential_in_many_ways() {
    let variable = "variable \"t\" {}\nprovider \"cloudflare\" {\n  api_token = var.t\n}\n";
    let two = [("a/p.tf", variable), ("a/r.tf", RECORD)];
    let with = |more: (&'static str, &'static str)| [two[0], two[1], more];
    for (places, files, expected) in [
        (vec!["a/terraform.tfvars:1=t"], with(("a/terraform.tfvars", "t = \"VALUE\"\n")).to_vec(), true),
        (vec!["a/x.auto.tfvars.json:1=t"], with(("a/x.auto.tfvars.json", "{\"t\": \"VALUE\"}")).to_vec(), true),
        (vec!["vars/prod.tfvars:1=t"], with(("vars/prod.tfvars", "t = \"VALUE\"\n")).to_vec(), true),
        (vec![".env:1=TF_VAR_t"], two.to_vec(), true),
        (vec![".env:1=OTHER"], with(("a.sh", "export TF_VAR_t=$OTHER\n")).to_vec(), true),
        (vec![".env:1=OTHER"], with(("a.sh", "terraform apply -var \"t=$OTHER\"\n")).to_vec(), true),
        (vec![".env:1=CLOUDFLARE_API_TOKEN"], two.to_vec(), false),
        (vec![".env:1=CLOUDFLARE_API_TOKEN"], vec![("a/r.tf", RECORD)], true),
        (vec![".env:1=CLOUDFLARE_API_TOKEN"], vec![("a/p.tf", "provider \"cloudflare\" {}\n"), two[1]], true),
        (
            vec!["a/p.tf:2=default"],
            vec![
                (
                    "a/p.tf",
                    "variable \"t\" {\n  default = \"VALUE\"\n}\nprovider \"cloudflare\" {\n  api_token = var.t\n}\n",
                ),
                two[1],
            ],
            true,
        ),
        (
            vec!["a/p.tf:2=api_token"],
            vec![("a/p.tf", "provider \"cloudflare\" {\n  api_token = \"VALUE\"\n}\n"), two[1]],
            true,
        ),
        (
            vec!["a/key.txt:1="],
            vec![("a/p.tf", "provider \"cloudflare\" {\n  api_token = file(\"${path.module}/key.txt\")\n}\n"), two[1]],
            true,
        ),
        (
            vec![".env:1=TF_VAR_t"],
            vec![
                (
                    "a/p.tf",
                    "variable \"t\" {}\nlocals {\n  u = trimspace(var.t)\n  v = local.u\n}\nprovider \"cloudflare\" {\n  api_token = local.v\n}\n",
                ),
                two[1],
            ],
            true,
        ),
    ] {
        let expected = if expected { "write:domain terraform cloudflare_dns_record @1" } else { "" };
        assert_eq!(uses(&places, &files), expected, "{places:?} {files:?}");
    }
}

#[test]
fn a_module_takes_the_providers_of_who_calls_it() {
    let place = [".env:1=TF_VAR_t"];
    let root = "variable \"t\" {}\nprovider \"cloudflare\" {\n  alias = \"a\"\n  api_token = var.t\n}\nmodule \"dns\" {\n  source = \"../modules/dns\"\n  providers = { cloudflare = cloudflare.a }\n}\n";
    let inside = ("infra/modules/dns/main.tf", RECORD);
    assert_eq!(
        uses(&place, &[("infra/prod/main.tf", root), inside]),
        "write:domain terraform cloudflare_dns_record @1"
    );
    let other = root.replace("  providers = { cloudflare = cloudflare.a }\n", "");
    assert_eq!(uses(&place, &[("infra/prod/main.tf", &other), inside]), "");
    let handed = "variable \"t\" {}\nmodule \"dns\" {\n  source = \"./dns\"\n  key = var.t\n}\n";
    let own = "variable \"key\" {}\nprovider \"cloudflare\" {\n  api_token = var.key\n}\n".to_owned() + RECORD;
    assert_eq!(
        uses(&place, &[("main.tf", handed), ("dns/main.tf", &own)]),
        "write:domain terraform cloudflare_dns_record @5"
    );
    let foreign = "provider \"cloudflare\" {}\nmodule \"dns\" {\n  source = \"acme/dns/cloudflare\"\n}\n";
    assert_eq!(uses(&[".env:1=CLOUDFLARE_API_TOKEN"], &[("main.tf", foreign)]), "? @2");
    let foreign = foreign.replace("acme/dns/cloudflare", "git::https://example.com/dns.git");
    assert_eq!(uses(&[".env:1=CLOUDFLARE_API_TOKEN"], &[("main.tf", &foreign)]), "? @2");
}

#[test]
fn what_a_block_needs() {
    for (block, expected) in [
        (
            "resource \"cloudflare_zone\" \"z\" {}",
            "write:domain terraform cloudflare_zone @1; delete:domain terraform cloudflare_zone @1",
        ),
        ("data \"cloudflare_zone\" \"z\" {}", "read:domain terraform data cloudflare_zone @1"),
        ("data \"cloudflare_ip_ranges\" \"z\" {}", ""),
        ("resource \"cloudflare_teleporter\" \"z\" {}", "? @1"),
        ("resource \"random_id\" \"z\" {}", ""),
        ("resource \"aws_instance\" \"z\" {}", ""),
        (
            "resource \"null_resource\" \"z\" {\n  provisioner \"local-exec\" {\n    command = \"npx wrangler deploy\"\n  }\n}",
            "publish:compute wrangler deploy @3",
        ),
        (
            "variable \"cloudflare_api_token\" {}\nresource \"null_resource\" \"z\" {\n  triggers = {\n    t = var.cloudflare_api_token\n  }\n}",
            "? @4",
        ),
        (
            "variable \"cloudflare_api_token\" {}\nresource \"github_actions_secret\" \"z\" {\n  plaintext_value = var.cloudflare_api_token\n}",
            "",
        ),
        ("variable \"cloudflare_api_token\" {}\nprovider \"acme\" {\n  key = var.cloudflare_api_token\n}", "? @3"),
        (
            "variable \"cloudflare_api_token\" {}\nprovider \"github\" {\n  token = var.cloudflare_api_token\n}\nresource \"github_repository\" \"z\" {}",
            "? @5",
        ),
        ("variable \"cloudflare_api_token\" {}\noutput \"t\" {\n  value = var.cloudflare_api_token\n}", ""),
        ("resource \"cloudflare_zone\" {\n CLOUDFLARE_API_TOKEN", "? @2"),
    ] {
        check("cloudflare", "CLOUDFLARE_API_TOKEN", "main.tf", block, expected);
    }
    let backend = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n  }\n}\n";
    check(
        "aws",
        "AWS_SECRET_ACCESS_KEY",
        "main.tf",
        backend,
        "read:datastore terraform backend s3 @2; write:datastore terraform backend s3 @2",
    );
}

#[test]
fn the_commands_need_what_the_blocks_say() {
    let place = [".env:1=CLOUDFLARE_API_TOKEN"];
    for command in
        ["terraform plan", "tofu apply -auto-approve", "terragrunt run-all apply", "terraform -chdir=a destroy"]
    {
        let need = "write:domain terraform cloudflare_dns_record @1";
        assert_eq!(uses(&place, &[("deploy.sh", command), ("main.tf", RECORD)]), need, "{command}");
        assert_eq!(uses(&place, &[("deploy.sh", command)]), "? @1", "{command}");
        let elsewhere = format!("CLOUDFLARE_API_TOKEN=$OTHER {command}");
        assert_eq!(uses(&place, &[("deploy.sh", &elsewhere)]), "", "{command}");
    }
    for command in ["terraform fmt -check", "terraform init", "terraform validate"] {
        assert_eq!(uses(&place, &[("deploy.sh", command)]), "", "{command}");
    }
    assert_eq!(uses(&place, &[("a.sh", "terraform init -backend-config=\"token=$CLOUDFLARE_API_TOKEN\"")]), "? @1");
    let workflow = "jobs:\n  a:\n    env:\n      TF_VAR_t: ${{ secrets.CLOUDFLARE_API_TOKEN }}\n    steps:\n      - run: terraform apply\n";
    assert_eq!(uses(&place, &[(".github/workflows/a.yml", workflow)]), "? @6");
}
