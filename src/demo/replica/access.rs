//! Who asks, and what that token may see. Two headers carry two families of tokens, and a token
//! in the wrong header is no token at all.

use crate::demo::world::{Environment, Holder, Project, Token, User, Workspace, World};
use crate::secret::Secret;

/// The credentials that a request carried.
#[derive(Default)]
pub struct Credentials {
    pub bearer: Option<Secret>,
    pub project: Option<Secret>,
}

#[derive(Clone, Copy)]
pub enum Caller<'w> {
    Nobody,
    Account(&'w User),
    Workspace(&'w Workspace),
    Project(&'w Token, Place<'w>, &'w Environment),
}

/// A project and the workspace in which it stands.
#[derive(Clone, Copy)]
pub struct Place<'w> {
    pub workspace: &'w Workspace,
    pub project: &'w Project,
}

/// Why a field is not answered. All but one are told with HTTP 200 and one and the same code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    NotAuthorized,
    NoProjectToken,
    NoSuchProject,
    TwoFactorRequired { workspace: String },
    BadInput(String),
    Other(String),
}

impl Denial {
    pub fn message(&self) -> &str {
        match self {
            Denial::NotAuthorized => "Not Authorized",
            Denial::NoProjectToken => "Project Token not found",
            Denial::NoSuchProject => "Project not found",
            Denial::TwoFactorRequired { .. } => "Two Factor Authentication Required",
            Denial::BadInput(message) | Denial::Other(message) => message,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Denial::BadInput(_) => "BAD_USER_INPUT",
            _ => "INTERNAL_SERVER_ERROR",
        }
    }
}

impl<'w> Caller<'w> {
    pub fn of(world: &'w World, credentials: &Credentials) -> Caller<'w> {
        let find = |value: &Option<Secret>| {
            let value = value.as_ref()?;
            world.tokens.iter().find(|token| token.value == *value)
        };
        let by_bearer = find(&credentials.bearer).and_then(|token| match &token.holder {
            Holder::Account { user } => world.users.iter().find(|known| known.id == *user).map(Caller::Account),
            Holder::Workspace { workspace, .. } => {
                world.workspaces.iter().find(|known| known.id == *workspace).map(Caller::Workspace)
            }
            Holder::Project { .. } => None,
        });
        let by_project_header = || {
            let token = find(&credentials.project)?;
            let Holder::Project { project, environment } = &token.holder else { return None };
            let place = places(world).find(|place| place.project.id == *project)?;
            let environment = place.project.environments.iter().find(|known| known.id == *environment)?;
            Some(Caller::Project(token, place, environment))
        };
        by_bearer.or_else(by_project_header).unwrap_or(Caller::Nobody)
    }

    /// The workspaces that it may name, whether or not it may enter them.
    pub fn workspaces(self, world: &'w World) -> Vec<&'w Workspace> {
        match self {
            Caller::Account(user) => world.workspaces.iter().filter(|workspace| is_member(workspace, user)).collect(),
            Caller::Workspace(own) => vec![own],
            Caller::Nobody | Caller::Project(..) => Vec::new(),
        }
    }

    pub fn enter_workspace(self, workspace: &Workspace) -> Result<(), Denial> {
        match self {
            Caller::Account(user) if is_member(workspace, user) => match lacks_second_factor(workspace, user) {
                true => Err(Denial::TwoFactorRequired { workspace: workspace.name.clone() }),
                false => Ok(()),
            },
            Caller::Workspace(own) if own.id == workspace.id => Ok(()),
            _ => Err(Denial::NotAuthorized),
        }
    }

    pub fn enter_project(self, place: Place<'_>) -> Result<(), Denial> {
        match self {
            Caller::Project(_, own, _) if own.project.id == place.project.id => Ok(()),
            _ => self.enter_workspace(place.workspace),
        }
    }

    pub fn enter_environment(self, place: Place<'_>, environment: &str) -> Result<(), Denial> {
        match self {
            Caller::Project(_, _, own) if own.id == environment => Ok(()),
            _ => self.enter_workspace(place.workspace),
        }
    }
}

pub fn places(world: &World) -> impl Iterator<Item = Place<'_>> {
    world
        .workspaces
        .iter()
        .flat_map(|workspace| workspace.projects.iter().map(move |project| Place { workspace, project }))
}

pub fn lacks_second_factor(workspace: &Workspace, user: &User) -> bool {
    workspace.enforces_two_factor && !user.has_two_factor
}

fn is_member(workspace: &Workspace, user: &User) -> bool {
    workspace.members.iter().any(|member| member.user == user.id)
}
