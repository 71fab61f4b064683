//! What each field of each object holds, seen with the eyes of one caller.

use serde_json::{Map, Value, json};

use super::access::{Caller, Denial, Place, lacks_second_factor};
use super::pages::{Page, page};
use crate::demo::uuid_of;
use crate::demo::world::{
    Backup, Environment, Holder, Member, Schedule, Service, Token, User, Volume, VolumeInstance, Workspace, World,
};

/// When everything in the world was made: nothing depends on it.
const CREATED: &str = "2025-09-01T08:00:00.000Z";

/// The world as one caller may see it.
pub struct View<'w> {
    pub world: &'w World,
    pub caller: Caller<'w>,
}

/// Anything that fields can be asked of. Volumes and environments carry their place, since what
/// may be seen of them depends on it.
#[derive(Clone)]
pub enum Object<'w> {
    Query,
    Schema,
    QueryType,
    ApiTokenContext,
    ApiTokenWorkspace(&'w Workspace),
    ApiToken(&'w Token),
    ProjectToken(&'w Token, Place<'w>, &'w Environment),
    User(&'w User),
    RateLimit,
    Workspace(&'w Workspace),
    Member(&'w User, &'w Member),
    Project(Place<'w>),
    Environment(Place<'w>, &'w Environment),
    Service(Place<'w>, &'w Service),
    ServiceInstance(&'w Environment, &'w Service),
    ServiceSource(&'w Service),
    Bucket(Place<'w>, &'w str),
    Volume(Place<'w>, &'w Volume),
    VolumeInstance(Place<'w>, &'w Volume, &'w VolumeInstance),
    Backup(&'w Backup),
    Schedule(&'w Schedule),
    Page(Page<'w>),
    Edge { cursor: String, node: Box<Object<'w>> },
    PageInfo(Page<'w>),
}

pub enum Answer<'w> {
    Leaf(Value),
    One(Object<'w>),
    Many(Vec<Object<'w>>),
}

pub(super) type Resolved<'w> = Result<Answer<'w>, Denial>;

impl<'w> View<'w> {
    /// The value of a field that the schema knows of this object.
    pub fn resolve(&self, object: &Object<'w>, field: &str, arguments: &Map<String, Value>) -> Resolved<'w> {
        match object {
            Object::Query => self.root(field, arguments),
            Object::Schema => one(Object::QueryType),
            Object::QueryType => leaf("Query"),
            Object::ApiTokenContext => {
                many(self.caller.workspaces(self.world).into_iter().map(Object::ApiTokenWorkspace))
            }
            Object::ApiTokenWorkspace(workspace) => match field {
                "id" => leaf(&workspace.id),
                _ => leaf(&workspace.name),
            },
            Object::ApiToken(token) => match (field, &token.holder) {
                ("workspaceId", Holder::Workspace { workspace, .. }) => leaf(workspace),
                ("workspaceId", _) => leaf(Value::Null),
                ("expiresAt", _) => leaf(token.expires_at.clone()),
                _ => token_field(token, field),
            },
            Object::ProjectToken(token, place, environment) => match field {
                "createdAt" => leaf(CREATED),
                "environment" => one(Object::Environment(*place, environment)),
                "environmentId" => leaf(&environment.id),
                "project" => one(Object::Project(*place)),
                "projectId" => leaf(&place.project.id),
                _ => token_field(token, field),
            },
            Object::User(user) => match field {
                "apiTokenRateLimit" => one(Object::RateLimit),
                "createdAt" => leaf(CREATED),
                "email" => leaf(&user.email),
                "has2FA" => leaf(user.has_two_factor),
                "id" => leaf(&user.id),
                "isAdmin" => leaf(false),
                "name" => leaf(&user.name),
                _ => many(self.caller.workspaces(self.world).into_iter().map(Object::Workspace)),
            },
            Object::RateLimit => match field {
                "remainingPoints" => leaf(9_990),
                _ => leaf("2026-04-25T18:00:00.000Z"),
            },
            Object::Workspace(workspace) => self.workspace(workspace, field, arguments),
            Object::Member(user, member) => match field {
                "email" => leaf(&user.email),
                "id" => leaf(&user.id),
                "name" => leaf(&user.name),
                _ => leaf(member.role.word()),
            },
            Object::Project(place) => self.project(*place, field, arguments),
            Object::Environment(place, environment) => self.environment(*place, environment, field, arguments),
            Object::Service(place, service) => match field {
                "createdAt" => leaf(CREATED),
                "id" => leaf(&service.id),
                "name" => leaf(&service.name),
                _ => leaf(&place.project.id),
            },
            Object::ServiceInstance(environment, service) => match field {
                "createdAt" => leaf(CREATED),
                "environmentId" => leaf(&environment.id),
                "id" => leaf(uuid_of(&format!("{}/{}", environment.id, service.id))),
                "serviceId" => leaf(&service.id),
                "serviceName" => leaf(&service.name),
                _ => one(Object::ServiceSource(service)),
            },
            Object::ServiceSource(service) => match field {
                "image" => leaf(service.image.clone()),
                _ => leaf(service.repo.clone()),
            },
            Object::Bucket(place, name) => match field {
                "createdAt" => leaf(CREATED),
                "id" => leaf(uuid_of(&format!("{}/bucket/{name}", place.project.id))),
                "name" => leaf(*name),
                _ => leaf(&place.project.id),
            },
            Object::Volume(place, volume) => match field {
                "createdAt" => leaf(CREATED),
                "id" => leaf(&volume.id),
                "name" => leaf(&volume.name),
                "projectId" => leaf(&place.project.id),
                _ => paged(arguments, volume.instances.iter().map(|it| Object::VolumeInstance(*place, volume, it))),
            },
            Object::VolumeInstance(place, volume, instance) => volume_instance(*place, volume, instance, field),
            Object::Backup(backup) => match field {
                "createdAt" => leaf(&backup.created_at),
                "expiresAt" => leaf(backup.expires_at.clone()),
                "id" => leaf(&backup.id),
                "name" => leaf(backup.name.clone()),
                "scheduleId" => leaf(backup.schedule.clone()),
                _ => leaf(backup.used_mb),
            },
            Object::Schedule(schedule) => match field {
                "createdAt" => leaf(CREATED),
                "cron" => leaf(schedule.cron),
                "id" => leaf(&schedule.id),
                "retentionSeconds" => leaf(schedule.retention_seconds),
                _ => leaf(schedule.kind),
            },
            Object::Page(page) => match field {
                "edges" => many(page.edges()),
                _ => one(Object::PageInfo(page.clone())),
            },
            Object::Edge { cursor, node } => match field {
                "cursor" => leaf(cursor),
                _ => one((**node).clone()),
            },
            Object::PageInfo(page) => leaf(page.info(field)),
        }
    }

    fn workspace(&self, workspace: &'w Workspace, field: &str, arguments: &Map<String, Value>) -> Resolved<'w> {
        match field {
            "createdAt" => leaf(CREATED),
            "has2FAEnforcement" => leaf(workspace.enforces_two_factor),
            "id" => leaf(&workspace.id),
            "name" => leaf(&workspace.name),
            "plan" => leaf(workspace.plan),
            "redactedDueTo2FAPending" => {
                leaf(matches!(self.caller, Caller::Account(user) if lacks_second_factor(workspace, user)))
            }
            _ => {
                self.caller.enter_workspace(workspace)?;
                match field {
                    "apiTokenRateLimit" => one(Object::RateLimit),
                    "members" => many(self.members(workspace)),
                    _ => self.projects(Some(&workspace.id), arguments),
                }
            }
        }
    }

    fn members(&self, workspace: &'w Workspace) -> impl Iterator<Item = Object<'w>> {
        workspace.members.iter().filter_map(|member| {
            let user = self.world.users.iter().find(|user| user.id == member.user)?;
            Some(Object::Member(user, member))
        })
    }

    fn project(&self, place: Place<'w>, field: &str, arguments: &Map<String, Value>) -> Resolved<'w> {
        let project = place.project;
        match field {
            "baseEnvironmentId" => leaf(Value::Null),
            "buckets" => paged(arguments, project.buckets.iter().map(|name| Object::Bucket(place, name))),
            "createdAt" => leaf(CREATED),
            "deletedAt" => leaf(project.deleted_at.clone()),
            "environments" => {
                paged(arguments, project.environments.iter().map(|known| Object::Environment(place, known)))
            }
            "id" => leaf(&project.id),
            "isTempProject" => leaf(false),
            "members" => {
                self.caller.enter_workspace(place.workspace)?;
                many(self.members(place.workspace))
            }
            "name" => leaf(&project.name),
            "primaryEnvironmentId" => leaf(&project.primary_environment),
            "services" => paged(arguments, project.services.iter().map(|service| Object::Service(place, service))),
            "volumes" => paged(arguments, project.volumes.iter().map(|volume| Object::Volume(place, volume))),
            "workspace" => one(Object::Workspace(place.workspace)),
            _ => leaf(&place.workspace.id),
        }
    }

    /// Of a sibling environment a project token sees the name, and nothing that is in it.
    fn environment(
        &self,
        place: Place<'w>,
        environment: &'w Environment,
        field: &str,
        arguments: &Map<String, Value>,
    ) -> Resolved<'w> {
        let entered = self.caller.enter_environment(place, &environment.id);
        match field {
            "canAccess" => leaf(entered.is_ok()),
            "createdAt" => leaf(CREATED),
            "deletedAt" => leaf(Value::Null),
            "id" => leaf(&environment.id),
            "isEphemeral" => leaf(environment.is_ephemeral),
            "name" => leaf(&environment.name),
            "projectId" => leaf(&place.project.id),
            "serviceInstances" => {
                entered?;
                let services = place.project.services.iter();
                paged(arguments, services.map(|service| Object::ServiceInstance(environment, service)))
            }
            _ => {
                entered?;
                let instances = place.project.volumes.iter().flat_map(|volume| {
                    let here = volume.instances.iter().filter(|it| it.environment == environment.id);
                    here.map(move |instance| Object::VolumeInstance(place, volume, instance))
                });
                paged(arguments, instances)
            }
        }
    }
}

fn volume_instance<'w>(
    place: Place<'w>,
    volume: &'w Volume,
    instance: &'w VolumeInstance,
    field: &str,
) -> Resolved<'w> {
    match field {
        "createdAt" => leaf(CREATED),
        "currentSizeMB" => leaf(instance.current_size_mb),
        "deletedAt" => leaf(Value::Null),
        "environment" => {
            let mut environments = place.project.environments.iter();
            let environment = environments.find(|known| known.id == instance.environment);
            one(Object::Environment(place, environment.ok_or(Denial::NotAuthorized)?))
        }
        "environmentId" => leaf(&instance.environment),
        "id" => leaf(&instance.id),
        "isPendingDeletion" => leaf(false),
        "mountPath" => leaf(&instance.mount_path),
        "region" => leaf("europe-west4-drams3a"),
        "serviceId" => leaf(instance.service.clone()),
        "sizeMB" => leaf(instance.size_mb),
        "state" => leaf("READY"),
        "volume" => one(Object::Volume(place, volume)),
        _ => leaf(&volume.id),
    }
}

fn token_field<'w>(token: &Token, field: &str) -> Resolved<'w> {
    match field {
        "displayToken" => leaf(masked(token.value.expose())),
        "id" => leaf(&token.id),
        _ => leaf(&token.name),
    }
}

/// The first and the last four characters. How upstream masks is not documented.
fn masked(value: &str) -> String {
    let characters: Vec<char> = value.chars().collect();
    match characters.len() {
        16.. => {
            let (first, last) = (&characters[..4], &characters[characters.len() - 4..]);
            format!("{}****{}", String::from_iter(first), String::from_iter(last))
        }
        _ => "****".to_owned(),
    }
}

fn leaf<'w>(value: impl serde::Serialize) -> Resolved<'w> {
    Ok(Answer::Leaf(json!(value)))
}

pub(super) fn one(object: Object<'_>) -> Resolved<'_> {
    Ok(Answer::One(object))
}

pub(super) fn many<'w>(objects: impl Iterator<Item = Object<'w>>) -> Resolved<'w> {
    Ok(Answer::Many(objects.collect()))
}

pub(super) fn paged<'w>(arguments: &Map<String, Value>, objects: impl Iterator<Item = Object<'w>>) -> Resolved<'w> {
    page(arguments, objects.collect()).map(|page| Answer::One(Object::Page(page)))
}
