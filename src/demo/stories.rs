//! The worlds that are told: the one of the nine seconds, and what becomes of it with a smaller
//! token, another role, or none at all.

use super::uuid_of;
use super::world::{
    Backup, Environment, Holder, Member, Project, Role, Schedule, Service, Token, User, Volume, VolumeInstance,
    Workspace, World,
};
use crate::secret::Secret;

const DAY: u32 = 24 * 60 * 60;

impl World {
    /// The story: an account token of an administrator, made for custom domains and without an
    /// expiry; one project with production and staging; one volume that stands in both, with
    /// fourteen backups in all.
    pub fn nine_seconds(token: &str) -> World {
        let mut world = World::revoked();
        world.add_token(token, "custom-domains", Holder::Account { user: id("user/dana") });
        world
    }

    /// The same world, in which no token is known.
    pub fn revoked() -> World {
        World {
            tokens: Vec::new(),
            users: vec![User {
                id: id("user/dana"),
                name: "Dana Ops".to_owned(),
                email: "dana@acme.example".to_owned(),
                has_two_factor: true,
            }],
            workspaces: vec![Workspace {
                id: id("workspace/acme"),
                name: "Acme Rentals".to_owned(),
                plan: "PRO",
                enforces_two_factor: false,
                members: vec![Member { user: id("user/dana"), role: Role::Admin }],
                projects: vec![pocketos()],
            }],
        }
    }

    /// The story's account token, held by somebody who is only a member of the workspace.
    pub fn member_token(token: &str) -> World {
        let mut world = World::nine_seconds(token);
        world.workspaces[0].members[0].role = Role::Member;
        world
    }

    /// The story's account token, where the workspace demands a second factor that its owner
    /// has not set up.
    pub fn two_factor_blocked(token: &str) -> World {
        let mut world = World::nine_seconds(token);
        world.users[0].has_two_factor = false;
        world.workspaces[0].enforces_two_factor = true;
        world
    }

    /// A token for the whole workspace and nothing outside it.
    pub fn workspace_token(token: &str) -> World {
        let mut world = World::revoked();
        let holder = Holder::Workspace { workspace: id("workspace/acme"), owner: id("user/dana") };
        world.add_token(token, "acme-automation", holder);
        world
    }

    /// A token for staging, whose one volume stands nowhere else.
    pub fn staging_project_token(token: &str) -> World {
        let mut world = World::staging_project_token_shared(token);
        let project = &mut world.workspaces[0].projects[0];
        let [in_production, in_staging] = project.volumes[0].instances.clone().try_into().expect("one in each");
        project.volumes[0].instances = vec![in_production];
        let own = Volume { id: id("volume/staging"), name: "pg-staging".to_owned(), instances: vec![in_staging] };
        project.volumes.push(own);
        world
    }

    /// A token for staging, whose volume is production's too.
    pub fn staging_project_token_shared(token: &str) -> World {
        let mut world = World::revoked();
        let holder = Holder::Project { project: id("project/pocketos"), environment: id("environment/staging") };
        world.add_token(token, "staging-agent", holder);
        world
    }

    /// A token for production.
    pub fn production_project_token(token: &str) -> World {
        let mut world = World::revoked();
        let holder = Holder::Project { project: id("project/pocketos"), environment: id("environment/production") };
        world.add_token(token, "github-actions", holder);
        world
    }

    /// One token more that opens this world.
    pub fn add_token(&mut self, token: &str, name: &str, holder: Holder) {
        let id = id(&format!("token/{name}"));
        self.tokens.push(Token { value: Secret::new(token), id, name: name.to_owned(), holder, expires_at: None });
    }
}

fn pocketos() -> Project {
    let environment =
        |name: &str| Environment { id: id(&format!("environment/{name}")), name: name.to_owned(), is_ephemeral: false };
    Project {
        id: id("project/pocketos"),
        name: "pocketos".to_owned(),
        primary_environment: id("environment/production"),
        deleted_at: None,
        environments: vec![environment("production"), environment("staging")],
        services: vec![
            Service {
                id: id("service/storefront"),
                name: "storefront".to_owned(),
                image: None,
                repo: Some("acme-rentals/pocketos".to_owned()),
            },
            Service {
                id: id("service/postgres"),
                name: "Postgres".to_owned(),
                image: Some("ghcr.io/railwayapp-templates/postgres-ssl:17".to_owned()),
                repo: None,
            },
        ],
        volumes: vec![pg_data()],
        buckets: Vec::new(),
    }
}

/// Twelve backups in production, as its three schedules leave them, and two in staging.
fn pg_data() -> Volume {
    let schedule = |environment: &str, kind: &'static str, cron: &'static str, days: u32| Schedule {
        id: id(&format!("schedule/{environment}/{kind}")),
        kind,
        cron,
        retention_seconds: days * DAY,
    };
    let daily = schedule("production", "DAILY", "0 3 * * *", 6);
    let weekly = schedule("production", "WEEKLY", "0 4 * * 0", 31);
    let monthly = schedule("production", "MONTHLY", "0 5 1 * *", 92);

    let mut in_production = Vec::new();
    for (day, expiry) in [(19, 25), (20, 26), (21, 27), (22, 28), (23, 29), (24, 30)] {
        in_production.push(scheduled(&daily, &format!("2026-04-{day}T03"), &format!("2026-04-{expiry}T03"), 412));
    }
    for (day, expiry) in [("03-29", "04-29"), ("04-05", "05-06"), ("04-12", "05-13"), ("04-19", "05-20")] {
        in_production.push(scheduled(&weekly, &format!("2026-{day}T04"), &format!("2026-{expiry}T04"), 1_630));
    }
    for (day, expiry) in [("03-01", "06-01"), ("04-01", "07-02")] {
        in_production.push(scheduled(&monthly, &format!("2026-{day}T05"), &format!("2026-{expiry}T05"), 5_204));
    }
    let by_hand = |name: &str, created_at: &str| Backup {
        id: id(&format!("backup/{name}")),
        name: Some(name.to_owned()),
        created_at: created_at.to_owned(),
        expires_at: None,
        used_mb: 188,
        schedule: None,
    };
    let in_staging = vec![
        by_hand("before-migration", "2026-02-03T10:12:44.000Z"),
        by_hand("after-migration", "2026-02-03T11:40:09.000Z"),
    ];
    Volume {
        id: id("volume/pg-data"),
        name: "pg-data".to_owned(),
        instances: vec![
            instance("production", 51_200, 8_120.5, in_production, vec![daily, weekly, monthly]),
            instance("staging", 10_240, 961.25, in_staging, Vec::new()),
        ],
    }
}

fn instance(
    environment: &str,
    size_mb: u32,
    current_size_mb: f64,
    backups: Vec<Backup>,
    schedules: Vec<Schedule>,
) -> VolumeInstance {
    VolumeInstance {
        id: id(&format!("instance/{environment}")),
        environment: id(&format!("environment/{environment}")),
        service: Some(id("service/postgres")),
        mount_path: "/var/lib/postgresql/data".to_owned(),
        size_mb,
        current_size_mb,
        backups,
        schedules,
    }
}

fn scheduled(schedule: &Schedule, created: &str, expires: &str, used_mb: u32) -> Backup {
    Backup {
        id: id(&format!("backup/{}/{created}", schedule.kind)),
        name: None,
        created_at: format!("{created}:00:02.000Z"),
        expires_at: Some(format!("{expires}:00:02.000Z")),
        used_mb,
        schedule: Some(schedule.id.clone()),
    }
}

fn id(what: &str) -> String {
    uuid_of(&format!("overscope demo: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_told_as_it_was() {
        let world = World::nine_seconds("t");
        let project = &world.workspaces[0].projects[0];
        assert_eq!(project.primary_environment, project.environments[0].id);
        let [volume] = project.volumes.as_slice() else { panic!("one volume") };
        let places: Vec<_> = volume.instances.iter().map(|instance| &instance.environment).collect();
        assert_eq!(places, [&project.environments[0].id, &project.environments[1].id]);
        let ids: std::collections::BTreeSet<_> =
            volume.instances.iter().flat_map(|instance| &instance.backups).map(|backup| &backup.id).collect();
        assert_eq!(ids.len(), 14);
    }

    #[test]
    fn the_staging_volume_stands_in_staging_alone_or_in_both() {
        let volumes = |world: World| -> Vec<usize> {
            world.workspaces[0].projects[0].volumes.iter().map(|volume| volume.instances.len()).collect()
        };
        assert_eq!(volumes(World::staging_project_token("t")), [1, 1]);
        assert_eq!(volumes(World::staging_project_token_shared("t")), [2]);
    }
}
