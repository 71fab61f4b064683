//! The table of who may see what, row by row.

use super::*;
use crate::demo::{Environment, Holder, Member, Project, Role, User, Workspace};

/// What stands in a cell of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Ok,
    Denied,
    NoProjectToken,
    TwoFactor,
}
use Cell::{Denied, NoProjectToken, Ok, TwoFactor};

/// The columns: apiToken, me, projectToken, workspace, projects, projects of the workspace,
/// environment staging, environment production, backups in staging, backups in production,
/// project, another workspace.
fn row(world: World, auth: &str) -> Vec<Cell> {
    let workspace = world.workspaces[0].id.clone();
    let project = world.workspaces[0].projects[0].clone();
    let instance = |environment: &Environment| {
        let mut instances = project.volumes.iter().flat_map(|volume| &volume.instances);
        instances.find(|instance| instance.environment == environment.id).unwrap().id.clone()
    };
    let [production, staging] = project.environments.as_slice() else { panic!("two environments") };
    let questions = [
        "apiToken { workspaces { id } }".to_owned(),
        "me { email }".to_owned(),
        "projectToken { projectId }".to_owned(),
        format!("workspace(workspaceId: \"{workspace}\") {{ members {{ role }} }}"),
        "projects(first: 5) { edges { node { id } } }".to_owned(),
        format!("projects(workspaceId: \"{workspace}\") {{ edges {{ node {{ id }} }} }}"),
        format!("environment(id: \"{}\") {{ volumeInstances {{ edges {{ node {{ id }} }} }} }}", staging.id),
        format!("environment(id: \"{}\") {{ volumeInstances {{ edges {{ node {{ id }} }} }} }}", production.id),
        format!("volumeInstanceBackupList(volumeInstanceId: \"{}\") {{ id }}", instance(staging)),
        format!("volumeInstanceBackupScheduleList(volumeInstanceId: \"{}\") {{ id }}", instance(production)),
        format!("project(id: \"{}\") {{ name }}", project.id),
        "workspace(workspaceId: \"elsewhere\") { name }".to_owned(),
    ];
    let world = with_elsewhere(world);
    let replica = replica(world);
    questions
        .iter()
        .map(|question| {
            let response = ask_with(&replica, auth, &format!("{{ {question} }}"), json!({}));
            if response.json().get("errors").is_none() {
                assert!(data(&response).is_object());
                return Ok;
            }
            match denied(&response).as_str() {
                "Not Authorized" => Denied,
                "Project Token not found" => NoProjectToken,
                "Two Factor Authentication Required" => {
                    assert_eq!(response.json()["errors"][0]["extensions"]["workspaceName"], "Acme Rentals");
                    TwoFactor
                }
                other => panic!("{question}: {other}"),
            }
        })
        .collect()
}

/// A workspace of somebody else's, which nobody here may see.
fn with_elsewhere(mut world: World) -> World {
    let stranger = User {
        id: "stranger".to_owned(),
        name: "Sam".to_owned(),
        email: "sam@other.example".to_owned(),
        has_two_factor: true,
    };
    world.workspaces.push(Workspace {
        id: "elsewhere".to_owned(),
        name: "Elsewhere".to_owned(),
        plan: "HOBBY",
        enforces_two_factor: false,
        members: vec![Member { user: stranger.id.clone(), role: Role::Admin }],
        projects: Vec::new(),
    });
    world.users.push(stranger);
    world
}

fn as_bearer() -> String {
    format!("{BEARER}{}", token())
}

fn in_project_header() -> String {
    format!("{PROJECT}{}", token())
}

const NOBODY: [Cell; 12] =
    [Denied, Denied, NoProjectToken, Denied, Denied, Denied, Denied, Denied, Denied, Denied, Denied, Denied];

#[test]
fn an_account_token_sees_its_workspaces_and_all_that_is_in_them() {
    let expected = [Ok, Ok, NoProjectToken, Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok, Denied];
    assert_eq!(row(World::nine_seconds(&token()), &as_bearer()), expected);
    assert_eq!(row(World::member_token(&token()), &as_bearer()), expected);
}

#[test]
fn a_workspace_token_sees_its_workspace_and_is_nobody_by_name() {
    let expected = [Ok, Denied, NoProjectToken, Ok, Ok, Ok, Ok, Ok, Ok, Ok, Ok, Denied];
    assert_eq!(row(World::workspace_token(&token()), &as_bearer()), expected);
}

#[test]
fn a_project_token_sees_its_own_environment() {
    let staging = [Denied, Denied, Ok, Denied, Denied, Denied, Ok, Denied, Ok, Denied, Ok, Denied];
    assert_eq!(row(World::staging_project_token(&token()), &in_project_header()), staging);
    assert_eq!(row(World::staging_project_token_shared(&token()), &in_project_header()), staging);
    let production = [Denied, Denied, Ok, Denied, Denied, Denied, Denied, Ok, Denied, Ok, Ok, Denied];
    assert_eq!(row(World::production_project_token(&token()), &in_project_header()), production);
}

#[test]
fn a_token_in_the_wrong_header_is_none() {
    assert_eq!(row(World::nine_seconds(&token()), &in_project_header()), NOBODY);
    assert_eq!(row(World::workspace_token(&token()), &in_project_header()), NOBODY);
    assert_eq!(row(World::staging_project_token(&token()), &as_bearer()), NOBODY);
    assert_eq!(row(World::nine_seconds(&token()), &format!("Authorization: Basic {}", token())), NOBODY);
}

#[test]
fn a_revoked_token_and_none_at_all_are_told_the_same() {
    assert_eq!(row(World::revoked(), &as_bearer()), NOBODY);
    assert_eq!(row(World::revoked(), &in_project_header()), NOBODY);
    assert_eq!(row(World::nine_seconds(&token()), ""), NOBODY);
}

#[test]
fn without_the_second_factor_an_account_learns_who_it_is_and_no_more() {
    let f = TwoFactor;
    let expected = [Ok, Ok, NoProjectToken, f, f, f, f, f, f, f, f, Denied];
    assert_eq!(row(World::two_factor_blocked(&token()), &as_bearer()), expected);
}

#[test]
fn everybody_may_ask_for_what_proves_nothing() {
    let replica = replica(World::revoked());
    let answer = data(&ask_with(&replica, "", "{ __typename __schema { queryType { name } } }", json!({})));
    assert_eq!(answer, json!({ "__typename": "Query", "__schema": { "queryType": { "name": "Query" } } }));
}

#[test]
fn a_project_token_sees_the_names_of_siblings_and_where_volumes_stand_but_nothing_inside() {
    let replica = replica(World::staging_project_token_shared(&token()));
    let siblings =
        "{ projectToken { project { workspace { name } environments { edges { node { name canAccess } } } } } }";
    let project = &data(&ask(&replica, PROJECT, siblings))["projectToken"]["project"];
    assert_eq!(project["workspace"]["name"], "Acme Rentals");
    assert_eq!(
        project["environments"]["edges"],
        json!([{ "node": { "name": "production", "canAccess": false } }, { "node": { "name": "staging", "canAccess": true } }])
    );

    let id = World::revoked().workspaces[0].projects[0].id.clone();
    let volumes = format!(
        "{{ project(id: \"{id}\") {{ volumes {{ edges {{ node {{
        name volumeInstances(first: 50) {{ edges {{ node {{ environmentId }} }} }} }} }} }} }} }}"
    );
    let volume = &data(&ask(&replica, PROJECT, &volumes))["project"]["volumes"]["edges"][0]["node"];
    assert_eq!(volume["volumeInstances"]["edges"].as_array().unwrap().len(), 2);

    for inside in [
        "{ projectToken { project { environments { edges { node { volumeInstances { edges { node { id } } } } } } } } }",
        "{ projectToken { project { workspace { members { role } } } } }",
        "{ projectToken { project { members { role } } } }",
    ] {
        assert_eq!(denied(&ask(&replica, PROJECT, inside)), "Not Authorized");
    }
}

#[test]
fn an_unknown_project_is_told_from_a_forbidden_one() {
    let mut world = World::nine_seconds(&token());
    let foreign = Project { id: "foreign".to_owned(), ..world.workspaces[0].projects[0].clone() };
    world = with_elsewhere(world);
    world.workspaces[1].projects.push(foreign);
    let replica = replica(world);
    assert_eq!(denied(&ask(&replica, BEARER, "{ project(id: \"none\") { id } }")), "Project not found");
    assert_eq!(denied(&ask(&replica, BEARER, "{ project(id: \"foreign\") { id } }")), "Not Authorized");
}

#[test]
fn an_account_lists_its_tokens_masked() {
    let mut world = World::nine_seconds(&token());
    let (workspace, user) = (world.workspaces[0].id.clone(), world.users[0].id.clone());
    world.add_token("another", "automation", Holder::Workspace { workspace: workspace.clone(), owner: user });
    world.tokens[0].expires_at = Some("2027-01-01T00:00:00.000Z".to_owned());
    let replica = replica(world);
    let list = "{ apiTokens { edges { node { name displayToken workspaceId expiresAt } } } }";
    let token = token();
    let shown = format!("{}****{}", &token[..4], &token[32..]);
    assert_eq!(
        data(&ask(&replica, BEARER, list))["apiTokens"]["edges"],
        json!([
            { "node": { "name": "custom-domains", "displayToken": shown, "workspaceId": null, "expiresAt": "2027-01-01T00:00:00.000Z" } },
            { "node": { "name": "automation", "displayToken": "****", "workspaceId": workspace, "expiresAt": null } },
        ])
    );
}
