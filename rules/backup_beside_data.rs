//! Backups that are lost by the same mistake as the data.

use crate::backup::{may_upload, outputs, restores, writes_backups, writes_backups_to};
use crate::state::{State, States, name_defaults, states};
use crate::storage::{Storage, Uses, storage, uses};
use crate::stores::{Data, Stores, above, mounts, removable, stores};
use plimsoll_core::check::{Cx, Group, Rule};
use plimsoll_core::diagnostic::Severity;
use plimsoll_core::model::{Mount, MountKind, Project, Service, Volume};

pub static RULE: Rule = Rule {
    id: "backup-beside-data",
    severity: Severity::Warning,
    group: Group::Durability,
    fix: None,
    on: true,
    since: "0.1.0",
    page: include_str!("backup-beside-data.md"),
    check,
};

/// Of the services with one volume, as many are looked at.
const ENOUGH: usize = 8;

fn check(cx: &mut Cx<'_>) {
    let (project, states, stores, uses) = (cx.project, states(cx), stores(cx), uses(cx));
    if !project.is_whole() {
        return;
    }
    // The first store whose data `down -v` takes.
    let lost = states.kept().find_map(|it| Some((it, removable_data(project, it)?)));
    for (at, service) in project.services.iter().enumerate() {
        let store = states.of(at).filter(|it| it.is_worth_keeping());
        let idle = service.mounts.is_empty() || !writes_backups(service) && store.is_none();
        if idle || restores(service) || may_upload(service) {
            continue;
        }
        let outputs = outputs(service);
        for mount in service.mounts.iter().filter(|it| it.read_only == Some(false)) {
            let Some(target) = mount.path_in_container.as_deref() else { continue };
            if !writes_backups_to(service, target, &outputs) {
                continue;
            }
            let Some((key, part)) = storage(project, service, mount) else { continue };
            if let Some(data) = same(&stores, &key, &part, mount, service, at) {
                report_same(cx, service, mount, data);
            } else if let Some((state, data)) = lost
                && let Some(volume) = removable(project, mount)
                && !others_read(project, &uses, &key, &states, at)
            {
                report_removable(cx, service, mount, volume, state, data);
            }
        }
    }
}

/// The data in whose own directory the backups are written: in its volume, or in or below its directory of the host.
fn same<'a>(
    stores: &'a Stores,
    key: &Storage,
    part: &str,
    mount: &Mount,
    service: &Service,
    at: usize,
) -> Option<&'a Data> {
    let own = |it: &&Data| it.service == at && service.mounts[it.mount].span == mount.span;
    if let Storage::Host(directory) = key {
        let above = above(directory).map(|it| Storage::Host(it.to_string()));
        let keys = above.chain(std::iter::once(key.clone()));
        let mut found = keys.flat_map(|it| stores.of(&it).iter().filter(|it| !it.above));
        return found.find(|it| !own(it) && part.is_empty());
    }
    stores.of(key).iter().find(|it| !own(it))
}

/// The mount with the data of a store, if `docker compose down -v` removes what is behind it.
fn removable_data(project: &Project, state: &State) -> Option<usize> {
    let service = state.of(project);
    mounts(state).into_iter().find(|it| removable(project, &service.mounts[*it]).is_some())
}

/// Whether another service has the backups as well, and may take them somewhere else: any but a store beside them.
fn others_read(project: &Project, uses: &Uses, key: &Storage, states: &States, at: usize) -> bool {
    let beside = |it: usize| states.of(it).is_some_and(|it| removable_data(project, it).is_some());
    uses.of(key).iter().take(ENOUGH).any(|it| it.service != at && !beside(it.service))
}

fn report_same(cx: &mut Cx<'_>, service: &Service, mount: &Mount, data: &Data) {
    let store = &cx.project.services[data.service];
    let place = if mount.kind == MountKind::Volume { "volume" } else { "directory" };
    let message = format!("`{}` keeps its backups in the {place} of the data of `{}`", service.name, store.name);
    let found = cx.report(mount.span, message);
    found.because("what takes the data takes its backups with it").through(&mount.path);
    found.label(store.mounts[data.mount].span, format!("the data of `{}`", store.name));
    name_defaults(found, store);
    name_defaults(found, service);
    found.help("write the backups to another directory of the host, better on another disk");
}

fn report_removable(cx: &mut Cx<'_>, service: &Service, mount: &Mount, volume: &Volume, state: &State, data: usize) {
    let store = state.of(cx.project);
    let message = format!(
        "`docker compose down -v` removes the backups in `{}` together with the data of `{}`",
        volume.name, store.name
    );
    let found = cx.report(mount.span, message);
    found.because(format!("`{}` writes its backups into a volume of this project", service.name)).through(&mount.path);
    found.label(store.mounts[data].span, format!("the data of `{}`", store.name));
    found.label(volume.key, "not `external`");
    name_defaults(found, store);
    name_defaults(found, service);
    found.help(format!("mount a directory of the host, or make `{}` a volume with `external: true`", volume.name));
}
