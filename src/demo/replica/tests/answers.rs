//! What the answers hold, and in which shape.

use super::*;

const STORY: &str = "query P1 { apiToken { workspaces { id name } } }";

#[test]
fn the_story_can_be_read_with_the_documented_questions() {
    let replica = replica(World::nine_seconds(&token()));
    let workspaces = data(&ask(&replica, BEARER, STORY))["apiToken"]["workspaces"].clone();
    assert_eq!(workspaces[0]["name"], "Acme Rentals");
    let me = data(&ask(
        &replica,
        BEARER,
        "query P2 { me { id name email isAdmin has2FA workspaces { id name plan } } }",
    ))["me"]
        .clone();
    assert_eq!((&me["email"], &me["workspaces"][0]["plan"]), (&json!("dana@acme.example"), &json!("PRO")));

    let auth = format!("{BEARER}{}", token());
    let p4 = "query P4($w:String!){ workspace(workspaceId:$w){ id name plan has2FAEnforcement members { id role } } }";
    let workspace = data(&ask_with(&replica, &auth, p4, json!({ "w": workspaces[0]["id"] })))["workspace"].clone();
    assert_eq!(workspace["members"], json!([{ "id": me["id"], "role": "ADMIN" }]));

    let p5 =
        "query P5($w:String,$c:String){ projects(workspaceId:$w, first:50, after:$c){ edges{ node{ id name deletedAt
        isTempProject primaryEnvironmentId baseEnvironmentId workspaceId environments(first:50){ edges{ node{
        id name isEphemeral canAccess deletedAt } } } } } pageInfo{ hasNextPage endCursor } } }";
    let projects =
        data(&ask_with(&replica, &auth, p5, json!({ "w": workspaces[0]["id"], "c": null })))["projects"].clone();
    let project = &projects["edges"][0]["node"];
    let environments: Vec<&Value> =
        project["environments"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]).collect();
    assert_eq!(
        (environments[0]["id"].clone(), project["name"].as_str()),
        (project["primaryEnvironmentId"].clone(), Some("pocketos"))
    );
    assert_eq!(projects["pageInfo"]["hasNextPage"], false);

    let p6 = "query P6($p:String!,$e:String!){ environment(id:$e, projectId:$p){ id name
        serviceInstances(first:100){ edges{ node{ serviceId serviceName source{ image repo } } } pageInfo{ hasNextPage endCursor } }
        volumeInstances(first:100){ edges{ node{ id volumeId serviceId mountPath sizeMB currentSizeMB state region deletedAt
        isPendingDeletion volume{ id name } } } pageInfo{ hasNextPage endCursor } } } }";
    let p7 = "query P7($v:String!){ b: volumeInstanceBackupList(volumeInstanceId:$v){
        id name createdAt expiresAt usedMB referencedMB scheduleId }
        s: volumeInstanceBackupScheduleList(volumeInstanceId:$v){ id kind cron retentionSeconds } }";
    let mut volumes = Vec::new();
    let mut backups = Vec::new();
    for environment in environments {
        let variables = json!({ "p": project["id"], "e": environment["id"] });
        let environment = data(&ask_with(&replica, &auth, p6, variables))["environment"].clone();
        let [edge] = environment["volumeInstances"]["edges"].as_array().unwrap().as_slice() else { panic!("one") };
        volumes.push((edge["node"]["volumeId"].clone(), edge["node"]["volume"]["name"].clone()));
        let answer = data(&ask_with(&replica, &auth, p7, json!({ "v": edge["node"]["id"] })));
        backups.push((answer["b"].as_array().unwrap().len(), answer["s"].as_array().unwrap().len()));
    }
    assert_eq!(volumes[0], volumes[1]);
    assert_eq!(volumes[0].1, "pg-data");
    assert_eq!(backups, [(12, 3), (2, 0)]);

    let seen = replica.requests();
    assert_eq!(seen.last().unwrap().root_fields, ["volumeInstanceBackupList", "volumeInstanceBackupScheduleList"]);
    assert!(seen.iter().all(|seen| seen.auth == crate::demo::Auth::Bearer));
    assert_eq!(replica.violations(), [] as [String; 0]);
}

#[test]
fn only_what_was_selected_is_answered_under_the_names_that_were_chosen() {
    let replica = replica(World::nine_seconds(&token()));
    let answer = ask(&replica, BEARER, "{ who: me { __typename mail: email } apiToken { workspaces { name } } }");
    assert_eq!(
        answer.json(),
        json!({ "data": {
            "who": { "__typename": "User", "mail": "dana@acme.example" },
            "apiToken": { "workspaces": [{ "name": "Acme Rentals" }] },
        } })
    );
    assert!(answer.head.contains("RateLimit-Policy: \"default\";q=1000;w=3600"));
}

#[test]
fn projects_come_in_pages() {
    let mut world = World::nine_seconds(&token());
    let first = world.workspaces[0].projects[0].clone();
    for number in 1..5 {
        let mut project = first.clone();
        project.id = format!("project-{number}");
        project.name = format!("project {number}");
        world.workspaces[0].projects.push(project);
    }
    let replica = replica(world);
    let auth = format!("{BEARER}{}", token());
    let query = "query ($c: String) { projects(first: 2, after: $c) { edges { cursor node { name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
    let (mut names, mut cursor) = (Vec::new(), Value::Null);
    for page in 0.. {
        let projects = data(&ask_with(&replica, &auth, query, json!({ "c": cursor })))["projects"].clone();
        let edges = projects["edges"].as_array().unwrap();
        names.extend(edges.iter().map(|edge| edge["node"]["name"].as_str().unwrap().to_owned()));
        let info = &projects["pageInfo"];
        assert_eq!(info["hasPreviousPage"], page > 0);
        assert_eq!(
            (&info["startCursor"], &info["endCursor"]),
            (&edges[0]["cursor"], &edges[edges.len() - 1]["cursor"])
        );
        if info["hasNextPage"] == false {
            assert_eq!(page, 2);
            break;
        }
        cursor = info["endCursor"].clone();
    }
    assert_eq!(names, ["pocketos", "project 1", "project 2", "project 3", "project 4"]);

    for arguments in ["after: \"nonsense\"", "after: \"cursor-99\"", "first: -1"] {
        let answer = ask(&replica, BEARER, &format!("{{ projects({arguments}) {{ pageInfo {{ endCursor }} }} }}"));
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
}

#[test]
fn a_stale_question_is_told_with_400_and_no_data() {
    let replica = replica(World::nine_seconds(&token()));
    for query in ["{ me { nickname } }", "{ volumes { id } }", "not graphql", ""] {
        let answer = ask(&replica, BEARER, query);
        let json = answer.json();
        assert_eq!((answer.status, json.get("data")), (400, None), "{query}");
        assert_eq!(json["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }
    let auth = format!("{BEARER}{}", token());
    let answer = ask_with(&replica, &auth, "query ($w: String!) { workspace(workspaceId: $w) { id } }", json!({}));
    assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(post(&replica, super::super::PATH, &auth, &json!([1, 2])).status, 400);
}

#[test]
fn one_denied_field_blanks_the_whole_answer_and_says_where() {
    let replica = replica(World::workspace_token(&token()));
    let json = ask(&replica, BEARER, "{ apiToken { workspaces { id } }\n  who: me { email } }").json();
    assert_eq!(json["data"], Value::Null);
    assert_eq!(json["errors"][0]["path"], json!(["who"]));
    assert_eq!(json["errors"][0]["locations"], json!([{ "line": 2, "column": 3 }]));
}

#[test]
fn the_same_question_gets_the_same_bytes_from_every_replica() {
    let answer = || {
        let replica = replica(World::revoked());
        ask(&replica, BEARER, STORY).body
    };
    assert_eq!(answer(), answer());
}
