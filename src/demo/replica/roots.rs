//! The fields at the root of a question, and who may ask them.

use serde_json::{Map, Value};

use super::access::{Caller, Denial, Place, places};
use super::objects::{Answer, Object, Resolved, View, many, one, paged};
use crate::demo::world::{Holder, User, Volume, VolumeInstance};

impl<'w> View<'w> {
    pub fn root(&self, field: &str, arguments: &Map<String, Value>) -> Resolved<'w> {
        let argument = |name: &str| arguments.get(name).and_then(Value::as_str);
        if field == "__schema" {
            return one(Object::Schema);
        }
        if field == "projectToken" {
            let Caller::Project(token, place, environment) = self.caller else { return Err(Denial::NoProjectToken) };
            return one(Object::ProjectToken(token, place, environment));
        }
        if matches!(self.caller, Caller::Nobody) {
            return Err(Denial::NotAuthorized);
        }
        match field {
            "apiToken" => match self.caller {
                Caller::Account(_) | Caller::Workspace(_) => one(Object::ApiTokenContext),
                _ => Err(Denial::NotAuthorized),
            },
            "me" => one(Object::User(self.account()?)),
            "apiTokens" => {
                let user = self.account()?;
                let own = self.world.tokens.iter().filter(|token| match &token.holder {
                    Holder::Account { user: owner } | Holder::Workspace { owner, .. } => *owner == user.id,
                    Holder::Project { .. } => false,
                });
                paged(arguments, own.map(Object::ApiToken))
            }
            "externalWorkspaces" => self.account().map(|_| Answer::Many(Vec::new())),
            "workspace" => {
                let workspace = self.world.workspaces.iter().find(|known| argument("workspaceId") == Some(&known.id));
                let workspace = workspace.ok_or(Denial::NotAuthorized)?;
                self.caller.enter_workspace(workspace)?;
                one(Object::Workspace(workspace))
            }
            "projects" => self.projects(argument("workspaceId"), arguments),
            "project" => one(Object::Project(self.place(argument("id"))?)),
            "projectTokens" => {
                let place = self.place(argument("projectId"))?;
                self.caller.enter_workspace(place.workspace)?;
                let tokens = self.world.tokens.iter().filter_map(|token| match &token.holder {
                    Holder::Project { project, environment } if *project == place.project.id => {
                        let environment = place.project.environments.iter().find(|it| it.id == *environment)?;
                        Some(Object::ProjectToken(token, place, environment))
                    }
                    _ => None,
                });
                paged(arguments, tokens)
            }
            "environment" => {
                let found = places(self.world).find_map(|place| {
                    let mut environments = place.project.environments.iter();
                    environments.find(|known| argument("id") == Some(&known.id)).map(|known| (place, known))
                });
                let (place, environment) = found.ok_or(Denial::NotAuthorized)?;
                if argument("projectId").is_some_and(|project| project != place.project.id) {
                    return Err(Denial::NotAuthorized);
                }
                self.caller.enter_environment(place, &environment.id)?;
                one(Object::Environment(place, environment))
            }
            "volumeInstance" => {
                let (place, volume, instance) = self.instance(argument("id"))?;
                one(Object::VolumeInstance(place, volume, instance))
            }
            "volumeInstanceBackupList" => {
                let (_, _, instance) = self.instance(argument("volumeInstanceId"))?;
                many(instance.backups.iter().map(Object::Backup))
            }
            _ => {
                let (_, _, instance) = self.instance(argument("volumeInstanceId"))?;
                many(instance.schedules.iter().map(Object::Schedule))
            }
        }
    }

    fn account(&self) -> Result<&'w User, Denial> {
        match self.caller {
            Caller::Account(user) => Ok(user),
            _ => Err(Denial::NotAuthorized),
        }
    }

    fn place(&self, id: Option<&str>) -> Result<Place<'w>, Denial> {
        let place = places(self.world).find(|place| id == Some(&place.project.id)).ok_or(Denial::NoSuchProject)?;
        self.caller.enter_project(place)?;
        Ok(place)
    }

    fn instance(&self, id: Option<&str>) -> Result<(Place<'w>, &'w Volume, &'w VolumeInstance), Denial> {
        let mut instances = places(self.world).flat_map(|place| {
            let volumes = place.project.volumes.iter();
            volumes.flat_map(move |volume| volume.instances.iter().map(move |instance| (place, volume, instance)))
        });
        let found = instances.find(|(_, _, instance)| id == Some(&instance.id)).ok_or(Denial::NotAuthorized)?;
        self.caller.enter_environment(found.0, &found.2.environment)?;
        Ok(found)
    }

    pub fn projects(&self, workspace: Option<&str>, arguments: &Map<String, Value>) -> Resolved<'w> {
        let workspaces = match workspace {
            None => self.caller.workspaces(self.world),
            Some(id) => self.world.workspaces.iter().filter(|known| known.id == id).collect(),
        };
        if workspaces.is_empty() {
            return Err(Denial::NotAuthorized);
        }
        for workspace in &workspaces {
            self.caller.enter_workspace(workspace)?;
        }
        let places = workspaces.into_iter().flat_map(|workspace| {
            workspace.projects.iter().map(move |project| Object::Project(Place { workspace, project }))
        });
        paged(arguments, places)
    }
}
