//! What stands at the provider, as plain data: users, workspaces, projects, environments, volumes
//! with their instances and backups, and the tokens that open them. The replica answers from it.

use crate::secret::Secret;

/// Everything that the replica knows. A token that is not in here was revoked, or never was.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub tokens: Vec<Token>,
    pub users: Vec<User>,
    pub workspaces: Vec<Workspace>,
}

#[derive(Clone, Debug)]
pub struct Token {
    pub value: Secret,
    pub id: String,
    /// The label that its maker gave it.
    pub name: String,
    pub holder: Holder,
    pub expires_at: Option<String>,
}

/// What a token is bound to, by ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    Account { user: String },
    Workspace { workspace: String, owner: String },
    Project { project: String, environment: String },
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    pub has_two_factor: bool,
}

#[derive(Clone, Debug)]
pub struct Workspace {
    pub id: String,
    pub name: String,
    pub plan: &'static str,
    pub enforces_two_factor: bool,
    pub members: Vec<Member>,
    pub projects: Vec<Project>,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub user: String,
    pub role: Role,
}

/// A member's role in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Admin,
    Member,
    Viewer,
}

impl Role {
    /// The provider's word.
    pub fn word(self) -> &'static str {
        match self {
            Role::Admin => "ADMIN",
            Role::Member => "MEMBER",
            Role::Viewer => "VIEWER",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Project {
    pub id: String,
    pub name: String,
    pub primary_environment: String,
    pub deleted_at: Option<String>,
    pub environments: Vec<Environment>,
    pub services: Vec<Service>,
    pub volumes: Vec<Volume>,
    /// Names of its object stores.
    pub buckets: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Environment {
    pub id: String,
    pub name: String,
    pub is_ephemeral: bool,
}

/// A service runs in every environment of its project.
#[derive(Clone, Debug)]
pub struct Service {
    pub id: String,
    pub name: String,
    pub image: Option<String>,
    pub repo: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Volume {
    pub id: String,
    pub name: String,
    pub instances: Vec<VolumeInstance>,
}

#[derive(Clone, Debug)]
pub struct VolumeInstance {
    pub id: String,
    pub environment: String,
    pub service: Option<String>,
    pub mount_path: String,
    pub size_mb: u32,
    pub current_size_mb: f64,
    pub backups: Vec<Backup>,
    pub schedules: Vec<Schedule>,
}

#[derive(Clone, Debug)]
pub struct Backup {
    pub id: String,
    /// Backups made by hand have a name and no schedule.
    pub name: Option<String>,
    pub created_at: String,
    pub expires_at: Option<String>,
    pub used_mb: u32,
    pub schedule: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Schedule {
    pub id: String,
    pub kind: &'static str,
    pub cron: &'static str,
    pub retention_seconds: u32,
}
