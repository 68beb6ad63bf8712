//! What outlives what: for each kind of keeper and each event the reason, which the page explains.

use super::keeper::{Home, Keeper, KeeperKind, Named};

/// Something that happens to a project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// `docker compose restart`.
    Restart,
    /// `docker compose up` after a change, which makes new containers.
    Up,
    /// `docker compose down`, then `up`.
    Down,
    /// `docker compose down -v`, then `up`.
    DownVolumes,
    /// The project is stopped, its directory gets another name, `up`.
    Rename,
    /// The project is stopped, `docker volume prune` and `docker system prune --volumes`, `up`.
    Prune,
    /// The host starts again.
    Reboot,
    /// The files are brought to another host, `up` there.
    Move,
}

impl Event {
    /// All events, in the order in which they are shown.
    pub const ALL: [Event; 8] = [
        Event::Restart,
        Event::Up,
        Event::Down,
        Event::DownVolumes,
        Event::Rename,
        Event::Prune,
        Event::Reboot,
        Event::Move,
    ];

    /// The word people and programs use.
    pub fn name(self) -> &'static str {
        match self {
            Event::Restart => "restart",
            Event::Up => "up",
            Event::Down => "down",
            Event::DownVolumes => "down -v",
            Event::Rename => "rename",
            Event::Prune => "prune",
            Event::Reboot => "reboot",
            Event::Move => "move",
        }
    }
}

/// Whether state outlives an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is there afterwards.
    Yes,
    /// It is gone, or nothing attaches it again.
    No,
    /// It hangs on something that the reason names.
    Maybe,
    /// The files do not show it.
    Unknown,
}

impl Verdict {
    /// Whether it is outlived, in a word.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Maybe => "maybe",
            Verdict::Unknown => "unknown",
        }
    }
}

/// Why state outlives an event, or does not.
#[derive(PartialEq, Eq, Debug)]
pub struct Reason {
    /// The heading on the page.
    pub key: &'static str,
    /// What it comes to.
    pub verdict: Verdict,
}

impl Reason {
    /// What the page says of it, in its first sentence.
    pub fn sentence(&self) -> String {
        let heading = format!("\n### {}\n", self.key);
        let text = super::PAGE.split_once(heading.as_str()).map_or("", |it| it.1).trim_start();
        let paragraph = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let rest = paragraph.split_once(".** ").map_or("", |it| it.1);
        let end = rest.find(". ").map_or(rest.len(), |it| it + 1);
        rest[..end].trim_end_matches('.').to_string()
    }
}

/// The reason for each event, in the order of [`Event::ALL`].
pub type Fates = [&'static Reason; 8];

/// Declares the reasons, and the list of all of them.
macro_rules! reasons {
    ($($name:ident = $key:literal $verdict:ident)*) => {
        $(pub(super) static $name: Reason = Reason { key: $key, verdict: Verdict::$verdict };)*
        /// All reasons, in the order of the page.
        pub static REASONS: &[&Reason] = &[$(&$name),*];
    };
}

reasons! {
    RESTART_KEEPS = "restart-keeps" Yes
    HOST_DIRECTORY = "host-directory" Yes
    MEMORY = "memory" No
    MEMORY_VOLUME = "memory-volume" No
    MEMORY_SHARED = "memory-shared" Maybe
    UP_MOUNTED = "up-mounted" Yes
    UP_ANONYMOUS = "up-anonymous" Yes
    UP_LAYER = "up-layer" No
    DOWN_NAMED = "down-named" Yes
    DOWN_ANONYMOUS = "down-anonymous" No
    DOWN_LAYER = "down-layer" No
    DOWN_V_EXTERNAL = "down-v-external" Yes
    DOWN_V_DEVICE = "down-v-device" Yes
    DOWN_V_NAMED = "down-v-named" No
    DOWN_V_ANONYMOUS = "down-v-anonymous" No
    RENAME_ABSOLUTE = "rename-absolute" Yes
    RENAME_RELATIVE = "rename-relative" Yes
    RENAME_FIXED_NAME = "rename-fixed-name" Yes
    RENAME_FIXED_PROJECT = "rename-fixed-project" Yes
    RENAME_DEVICE = "rename-device" Yes
    RENAME_RELATIVE_DEVICE = "rename-relative-device" Maybe
    RENAME_LAYER = "rename-layer" Maybe
    RENAME_NEW_PROJECT = "rename-new-project" No
    PRUNE_NAMED = "prune-named" Yes
    PRUNE_ANONYMOUS = "prune-anonymous" No
    PRUNE_LAYER = "prune-layer" No
    REBOOT_DISK = "reboot-disk" Yes
    REBOOT_SHARE = "reboot-share" Yes
    REBOOT_TMP = "reboot-tmp" Maybe
    REBOOT_RUN = "reboot-run" No
    MOVE_SHARE = "move-share" Yes
    MOVE_PROJECT = "move-project" Maybe
    MOVE_EXTERNAL = "move-external" Maybe
    MOVE_LOCAL = "move-local" No
    PLUGIN = "plugin" Maybe
    HIDDEN_VARIABLE = "hidden-variable" Unknown
    HIDDEN_NAME = "hidden-name" Unknown
    HIDDEN_VOLUME = "hidden-volume" Unknown
    HIDDEN_MOUNTS = "hidden-mounts" Unknown
    HIDDEN_PLACE = "hidden-place" Unknown
    HIDDEN_VERSION = "hidden-version" Unknown
    OTHER_MOUNT = "other-mount" Unknown
}

/// Whether the name of the project is the same after its directory got another name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fixed {
    Yes,
    No,
    Unknown,
}

/// What a keeper outlives.
pub(super) fn fates(keeper: &Keeper, fixed: Fixed) -> Fates {
    let by_project = match fixed {
        Fixed::Yes => &RENAME_FIXED_PROJECT,
        Fixed::No => &RENAME_NEW_PROJECT,
        Fixed::Unknown => &HIDDEN_NAME,
    };
    let rename = match keeper.named {
        Named::Fixed => &RENAME_FIXED_NAME,
        Named::ByProject => by_project,
    };
    let (moved, reboot, carried) = host(keeper.home);
    match keeper.kind {
        KeeperKind::Volume => {
            [&RESTART_KEEPS, &UP_MOUNTED, &DOWN_NAMED, &DOWN_V_NAMED, rename, &PRUNE_NAMED, &REBOOT_DISK, &MOVE_LOCAL]
        }
        KeeperKind::ExternalVolume => [
            &RESTART_KEEPS,
            &UP_MOUNTED,
            &DOWN_NAMED,
            &DOWN_V_EXTERNAL,
            rename,
            &PRUNE_NAMED,
            &REBOOT_DISK,
            &MOVE_EXTERNAL,
        ],
        KeeperKind::BindVolume => {
            let rename = match (keeper.home, keeper.named, fixed) {
                (Home::Variable, ..) => &HIDDEN_VARIABLE,
                (Home::Project, Named::Fixed, _) | (Home::Project, _, Fixed::Yes) => &RENAME_RELATIVE_DEVICE,
                (Home::Project, _, Fixed::Unknown) => &HIDDEN_NAME,
                (Home::Project, _, Fixed::No) => &RENAME_RELATIVE,
                _ => &RENAME_DEVICE,
            };
            [&HOST_DIRECTORY, &HOST_DIRECTORY, &DOWN_NAMED, &DOWN_V_DEVICE, rename, &PRUNE_NAMED, reboot, carried]
        }
        KeeperKind::ShareVolume => [
            &RESTART_KEEPS,
            &UP_MOUNTED,
            &DOWN_NAMED,
            &DOWN_V_DEVICE,
            &RENAME_DEVICE,
            &PRUNE_NAMED,
            &REBOOT_SHARE,
            &MOVE_SHARE,
        ],
        KeeperKind::PluginVolume => {
            let rename = if rename.verdict == Verdict::No { &PLUGIN } else { rename };
            [&RESTART_KEEPS, &UP_MOUNTED, &DOWN_NAMED, &PLUGIN, rename, &PRUNE_NAMED, &PLUGIN, &PLUGIN]
        }
        KeeperKind::MemoryVolume => {
            let first = if keeper.shared { &MEMORY_SHARED } else { &MEMORY_VOLUME };
            let rest = &MEMORY_VOLUME;
            [first, first, rest, rest, rest, rest, rest, rest]
        }
        KeeperKind::UnknownVolume => [&HIDDEN_VOLUME; 8],
        KeeperKind::AnonymousVolume | KeeperKind::ImageVolume => [
            &RESTART_KEEPS,
            &UP_ANONYMOUS,
            &DOWN_ANONYMOUS,
            &DOWN_V_ANONYMOUS,
            by_project,
            &PRUNE_ANONYMOUS,
            &REBOOT_DISK,
            &MOVE_LOCAL,
        ],
        KeeperKind::Bind => {
            let host = &HOST_DIRECTORY;
            [host, host, host, host, moved, host, reboot, carried]
        }
        KeeperKind::Tmpfs => [&MEMORY; 8],
        KeeperKind::Layer => {
            let rename = if fixed == Fixed::Yes { &RENAME_LAYER } else { by_project };
            [&RESTART_KEEPS, &UP_LAYER, &DOWN_LAYER, &DOWN_LAYER, rename, &PRUNE_LAYER, &REBOOT_DISK, &MOVE_LOCAL]
        }
        KeeperKind::Variable => {
            let unknown = &HIDDEN_VARIABLE;
            // A volume or a directory of the host: what both outlive.
            let lasts = |it: &'static Reason| if keeper.shared { unknown } else { it };
            let (restart, up, down) = (lasts(&RESTART_KEEPS), lasts(&UP_MOUNTED), lasts(&DOWN_NAMED));
            [restart, up, down, unknown, unknown, lasts(&PRUNE_NAMED), unknown, unknown]
        }
        KeeperKind::Version => [&HIDDEN_VERSION; 8],
        KeeperKind::Hidden => [&HIDDEN_PLACE; 8],
        KeeperKind::Other => [&OTHER_MOUNT; 8],
    }
}

/// What becomes of a directory of the host when the project is renamed, when the host starts again, and when the
/// files are brought to another one.
fn host(home: Home) -> (&'static Reason, &'static Reason, &'static Reason) {
    match home {
        Home::Project => (&RENAME_RELATIVE, &REBOOT_DISK, &MOVE_PROJECT),
        Home::Beside => (&RENAME_RELATIVE, &REBOOT_DISK, &MOVE_LOCAL),
        Home::Absolute => (&RENAME_ABSOLUTE, &REBOOT_DISK, &MOVE_LOCAL),
        Home::Tmp => (&RENAME_ABSOLUTE, &REBOOT_TMP, &MOVE_LOCAL),
        Home::Run => (&RENAME_ABSOLUTE, &REBOOT_RUN, &MOVE_LOCAL),
        Home::Variable => (&HIDDEN_VARIABLE, &HIDDEN_VARIABLE, &HIDDEN_VARIABLE),
    }
}
