//! What is asked for: which entries, what is to be done with them, and how
//! they will be called.

use std::{
    collections::HashMap,
    ffi::OsString,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    path::PathBuf,
    sync::Arc,
};

use sanchay_core::{
    media::MediaField,
    naming::{Naming, Refusal},
    plan::Operation,
    record::{FieldId, RecordKind, Schema, SortFields},
    time::TimeZone,
};
use sanchay_names::{OsStrExt as _, OsStringExt as _};

use super::{
    below,
    check::Status,
    collect::{Collected, Keep, Media, Order, collect},
    conflict::{ConflictKind, OnConflict},
    error::OpsError,
    folders::{FolderId, join},
    name::{Compiled, hash_all},
    places::Places,
    plan::Plan,
    roots::{Base, Bases, add_destination},
};
use crate::{
    engine::Engine,
    monitor::Monitor,
    options::WalkOptions,
    request::{monitor_methods, walk_methods},
};

/// The option of a plan that says what is done where something is in the way.
pub(super) const ON_CONFLICT: &str = "on-conflict";

/// The option of a plan that says that copies are verified.
pub(super) const VERIFY: &str = "verify";

/// A plan to be made: [`Engine::rename`] and its like begin one.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is planned"]
pub struct PlanRequest {
    engine: Engine,
    command: &'static str,
    operation: Operation,
    roots: Vec<PathBuf>,
    options: WalkOptions,
    monitor: Monitor,
    naming: Naming,
    into: Option<OsString>,
    flat: bool,
    sort: Option<SortFields>,
    zone: TimeZone,
    on_conflict: OnConflict,
    exact: Option<HashMap<Vec<u8>, Vec<u8>>>,
    verify: bool,
}

impl PlanRequest {
    fn new(
        engine: &Engine,
        command: &'static str,
        operation: Operation,
        roots: Vec<PathBuf>,
    ) -> Self {
        Self {
            engine: engine.clone(),
            command,
            operation,
            roots,
            options: WalkOptions::default(),
            monitor: Monitor::default(),
            naming: Naming::default(),
            into: None,
            flat: false,
            sort: None,
            zone: TimeZone::UTC,
            on_conflict: OnConflict::default(),
            exact: None,
            verify: false,
        }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options
    }

    /// Takes all of these options, in place of those before. Links are not
    /// followed, whatever they say.
    pub fn options(mut self, options: WalkOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// How the results are called, in place of what was said before.
    pub fn naming(mut self, naming: Naming) -> Self {
        self.naming = naming;
        self
    }

    /// The template of the new names. Where entries are renamed, slashes in it
    /// make folders below the one that each entry is in.
    pub fn to(mut self, template: impl Into<String>) -> Self {
        self.naming.template = template.into();
        self
    }

    /// The folder that the results go into: a path, or a template of one,
    /// whose part up to the last slash before the first placeholder is a path.
    /// What follows that has to be UTF-8. Not for renaming.
    pub fn into(mut self, folder: impl Into<OsString>) -> Self {
        self.into = Some(folder.into());
        self
    }

    /// Whether results go directly into the folder, and not into folders like
    /// those that they are in now. A folder that is a template is always flat.
    pub fn flat(mut self, flat: bool) -> Self {
        self.flat = flat;
        self
    }

    /// The order in which entries are counted; by default folder by folder,
    /// in each by name.
    pub fn sort(mut self, fields: SortFields) -> Self {
        self.sort = Some(fields);
        self
    }

    /// The time zone of the times in names; by default UTC.
    pub fn zone(mut self, zone: TimeZone) -> Self {
        self.zone = zone;
        self
    }

    /// What is done where something stands in the way.
    pub fn on_conflict(mut self, choice: OnConflict) -> Self {
        self.on_conflict = choice;
        self
    }

    /// Whether copies are read again and compared with what was read.
    pub fn verify(mut self, verify: bool) -> Self {
        self.verify = verify;
        self
    }

    /// Walks the tree, and returns what was found, in its order, as it is
    /// reached from the roots: for a user who writes the new names.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn list(&self) -> Result<Vec<Vec<u8>>, OpsError> {
        let needed = Compiled::new(&Naming::default())?;
        let (collected, _) = self.collected(&[&needed])?;
        let rows = collected.places.rows.all.iter();
        Ok(rows.map(|row| collected.places.as_named(row.from)).collect())
    }

    /// The names that entries get, by their paths as [`list`](Self::list)
    /// has them, in place of a template. Entries that are not among them, or
    /// get an empty name, stay as they are; so does what came meanwhile.
    pub fn exactly(
        mut self,
        names: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>,
    ) -> Self {
        self.exact = Some(names.into_iter().collect());
        self
    }

    /// Walks the tree, names what is found, and finds all that stands in the
    /// way. Changes nothing.
    ///
    /// # Errors
    /// [`OpsError::Naming`] and [`OpsError::Order`] for what makes no sense,
    /// [`OpsError::Destination`], and why the walk could not be carried out.
    pub fn plan(mut self) -> Result<Plan, OpsError> {
        let (destination, mut folder) = self.destination()?;
        if self.operation == Operation::Rename
            && let Some((below, name)) = below::split(&self.naming)
        {
            folder = Some(Compiled::new(&below)?);
            (self.naming, self.operation) = (name, Operation::Move);
        }
        let naming = Compiled::new(&self.naming)?;
        let folder = folder.as_ref();
        let mut needed = vec![&naming];
        needed.extend(folder);
        let (mut collected, destination_base) =
            self.collected_into(&needed, destination.as_deref())?;
        // What an earlier run put there is not put there again, one level
        // deeper. What is moved there flat, or by a template, is gathered and
        // sorted from below, too.
        let gathers = self.operation == Operation::Move
            && (self.flat || folder.is_some());
        let left_out = match &destination_base {
            Some(base) if !gathers => collected.leave_out(base),
            _ => 0,
        };
        let hashed = needed.iter().any(|it| it.needs_hashes());
        let hashes = match hashed {
            true => {
                let (hashes, errors) =
                    hash_all(&self.engine, &collected, &self.monitor)?;
                collected.errors.extend(errors);
                hashes
            }
            false => HashMap::new(),
        };
        let count = collected.places.rows.all.len();
        let mut statuses = vec![Status::Planned; count];
        if self.operation.has_target() {
            let targets = self.folders(
                folder,
                destination_base.as_ref(),
                &mut collected,
                &hashes,
                &mut statuses,
            )?;
            self.names(
                &naming,
                &targets,
                &mut collected,
                &hashes,
                &mut statuses,
            )?;
        }
        let unchanged = statuses.iter().filter(|it| **it == Status::Unchanged);
        collected.places.verify = self.verify;
        let mut options =
            vec![(ON_CONFLICT.to_owned(), self.on_conflict.name().to_owned())];
        if self.verify {
            options.push((VERIFY.to_owned(), "true".to_owned()));
        }
        let mut plan = Plan {
            storage: self.options.storage(),
            command: self.command.to_owned(),
            options,
            on_conflict: self.on_conflict,
            unchanged: unchanged.count() as u64,
            already_there: 0,
            places: std::mem::take(&mut collected.places),
            steps: Vec::new(),
            view: Vec::new(),
            conflicts: Vec::new(),
            conflicting: Vec::new(),
            renamed: Vec::new(),
            errors: std::mem::take(&mut collected.errors),
            portable: self.naming.portable,
            own_rows: Some(count),
            tag: tag(),
            refused: 0,
            left_out,
            duplicates: None,
        };
        plan.arrange(statuses)?;
        Ok(plan)
    }

    /// The path that results go beneath, and the template of the folder
    /// beneath it.
    fn destination(
        &self,
    ) -> Result<(Option<PathBuf>, Option<Compiled>), OpsError> {
        let Some(into) = &self.into else { return Ok((None, None)) };
        // As every path of the user's.
        let into = sanchay_names::with_slashes(into.into());
        let into = into.as_os_str().as_bytes();
        let path = |bytes: &[u8]| {
            Some(PathBuf::from(OsString::from_vec(without_escapes(bytes))))
        };
        let Some(placeholder) = first_placeholder(into) else {
            return Ok((path(into), None));
        };
        let head = into.get(..placeholder).unwrap_or_default();
        let (head, template) = match memchr::memrchr(b'/', head) {
            Some(slash) => into.split_at(slash + 1),
            None => into.split_at(0),
        };
        let template = std::str::from_utf8(template).map_err(|_| {
            let why = "the part with placeholders is not UTF-8".to_owned();
            let path = OsString::from_vec(into.to_vec()).into();
            OpsError::Destination { path, why }
        })?;
        let naming = Naming {
            template: template.to_owned(),
            folders: true,
            replacements: Vec::new(),
            ..self.naming.clone()
        };
        Ok((path(head), Some(Compiled::new(&naming)?)))
    }

    fn collected(
        &self,
        needed: &[&Compiled],
    ) -> Result<(Collected, Option<Base>), OpsError> {
        self.collected_into(needed, None)
    }

    fn collected_into(
        &self,
        needed: &[&Compiled],
        destination: Option<&std::path::Path>,
    ) -> Result<(Collected, Option<Base>), OpsError> {
        let storage = self.options.storage();
        let local = self.options.storage.is_none();
        let order = self.sort.as_ref().map(order_by).transpose()?;
        let mut places = Places::default();
        let bases = Bases::new(&self.roots, &storage, local, &mut places)?;
        let destination = destination
            .map(|path| add_destination(path, &storage, local, &mut places))
            .transpose()?;
        let facts = needed.iter().any(|it| it.needs_facts())
            || order.as_ref().is_some_and(|it| it.schema.needs_facts());
        let mut options = self.options.clone();
        let schemas = needed.iter().map(|it| &*it.schema);
        let schemas = schemas.chain(order.as_ref().map(|it| &*it.schema));
        let wanted = MediaField::ALL.map(|field| {
            let id = FieldId::Media(field);
            schemas.clone().any(|schema| schema.has(id))
        });
        let media = wanted
            .contains(&true)
            .then(|| Media { first: options.plugins.columns().len(), wanted });
        if media.is_some() {
            let plugins = options.plugins.with_media();
            options.plugins = plugins.map_err(OpsError::Run)?;
        }
        let keep = Keep { operation: self.operation, facts, media };
        (options.follow, options.beneath) = (false, false);
        let scan = self
            .engine
            .scan(self.roots.clone())
            .options(options)
            .monitor(&self.monitor);
        let mut collected = collect(scan, &bases, places, keep)?;
        collected.sort(order.as_ref());
        Ok((collected, destination))
    }

    /// The folders that results go into, row by row.
    fn folders(
        &self,
        folder: Option<&Compiled>,
        base: Option<&Base>,
        collected: &mut Collected,
        hashes: &HashMap<u32, sanchay_core::content::Content>,
        statuses: &mut [Status],
    ) -> Result<Vec<FolderId>, OpsError> {
        let rows = collected.places.rows.all.iter();
        let own: Vec<FolderId> = rows.map(|row| row.from.folder).collect();
        let mut targets = Vec::with_capacity(own.len());
        let Some(folder) = folder else {
            let Some(base) = base else { return Ok(own) };
            for own in own {
                let (_, path) = collected.places.folders.get(own);
                let path = match self.flat {
                    true => base.below.clone(),
                    false => join(&base.below, path),
                };
                let target = collected.places.folders.add(base.root, &path)?;
                targets.push(target);
            }
            return Ok(targets);
        };
        let mut found: Vec<Result<Vec<u8>, Refusal>> = Vec::new();
        folder.name_all(
            self.engine.pool(),
            collected,
            hashes,
            &self.zone,
            &self.monitor,
            |_, path| {
                found.push(path.map(<[u8]>::to_vec));
                Ok(())
            },
        )?;
        for (at, (path, own)) in found.into_iter().zip(own).enumerate() {
            let path = path.unwrap_or_else(|refusal| {
                refuse(statuses, at, refusal, folder);
                Vec::new()
            });
            let folders = &mut collected.places.folders;
            let (root, above) = match base {
                Some(base) => (base.root, base.below.as_slice()),
                None => folders.get(own),
            };
            let path = join(above, &path);
            targets.push(folders.add(root, &path)?);
        }
        Ok(targets)
    }

    /// Names the results, row by row.
    fn names(
        &self,
        naming: &Compiled,
        targets: &[FolderId],
        collected: &mut Collected,
        hashes: &HashMap<u32, sanchay_core::content::Content>,
        statuses: &mut [Status],
    ) -> Result<(), OpsError> {
        // The names, end to end, where each ends.
        let (mut data, mut ends) = (Vec::new(), Vec::new());
        match &self.exact {
            Some(names) => {
                let places = &collected.places;
                for (row, status) in places.rows.all.iter().zip(&mut *statuses)
                {
                    let name = names.get(&places.as_named(row.from));
                    let name = name.map_or(&b""[..], Vec::as_slice);
                    match sanchay_core::plan::check_component(name) {
                        Ok(()) => data.extend_from_slice(name),
                        Err(_) if name.is_empty() => {
                            *status = Status::Unchanged;
                        }
                        Err(flaw) => {
                            let kind = ConflictKind::Name(flaw.into());
                            *status = Status::Conflict(kind);
                        }
                    }
                    ends.push(data.len());
                }
            }
            None => naming.name_all(
                self.engine.pool(),
                collected,
                hashes,
                &self.zone,
                &self.monitor,
                |at, name| {
                    match name {
                        Ok(name) => data.extend_from_slice(name),
                        Err(refusal) => {
                            refuse(statuses, at as usize, refusal, naming);
                        }
                    }
                    ends.push(data.len());
                    Ok(())
                },
            )?,
        }
        let because = collected.places.rows.reason(match self.exact {
            Some(_) => "edited",
            None => "template",
        });
        let mut start = 0;
        for (at, end) in ends.into_iter().enumerate() {
            let name = data.get(start..end).unwrap_or_default();
            start = end;
            let Some(folder) = targets.get(at).copied() else { continue };
            let rows = &mut collected.places.rows;
            let Some(row) = rows.all.get(at).copied() else { continue };
            let same =
                row.from.folder == folder && rows.name(row.from) == name;
            let Some(status) = statuses.get_mut(at) else { continue };
            if *status != Status::Planned {
                continue;
            }
            if same && row.operation.takes_away() {
                *status = Status::Unchanged;
                continue;
            }
            // What keeps its name need not have it twice.
            let spot = match rows.name(row.from) == name {
                true => row.from.moved(folder),
                false => rows.spot(folder, name)?,
            };
            if let Some(row) = rows.all.get_mut(at) {
                (row.to, row.has_to, row.because) = (spot, true, because);
            }
        }
        Ok(())
    }
}

/// Where the first placeholder of a template begins: `{{` is a brace.
fn first_placeholder(template: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr(b'{', template.get(at..)?)?;
        if template.get(at + 1) != Some(&b'{') {
            return Some(at);
        }
        at += 2;
    }
}

/// A template without placeholders as what it stands for.
fn without_escapes(template: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(template.len());
    let mut rest = template.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if matches!(byte, b'{' | b'}') {
            rest.next_if_eq(&byte);
        }
        bytes.push(byte);
    }
    bytes
}

/// A row that gets no name is in conflict; one that does not match is left as
/// it is.
fn refuse(
    statuses: &mut [Status],
    at: usize,
    refusal: Refusal,
    naming: &Compiled,
) {
    if let Some(status) = statuses.get_mut(at) {
        *status = match refusal {
            Refusal::Unmatched => Status::Unchanged,
            refusal => Status::Conflict(naming.conflict(refusal)),
        };
    }
}

fn order_by(fields: &SortFields) -> Result<Order, OpsError> {
    let all = Schema::new(RecordKind::File, []);
    let order = fields.resolve(&all).map_err(OpsError::Order)?;
    let schema = Arc::new(all.choose(&order.fields()));
    Ok(Order { schema, order })
}

/// Some letters that no other plan has.
pub(super) fn tag() -> String {
    // Keyed by chance, a new one each time.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:08x}", hasher.finish() >> 32)
}

impl Engine {
    /// Plans to rename what lies in roots, each entry in its folder.
    ///
    /// ```
    /// use sanchay::{Engine, ops::Runs};
    ///
    /// let tree = tempfile::tempdir()?;
    /// std::fs::write(tree.path().join("A b.TXT"), "text")?;
    /// let engine = Engine::builder().build()?;
    /// let plan = engine
    ///     .rename([tree.path()])
    ///     .to("{stem:slug}.{ext:lower}")
    ///     .plan()?;
    /// assert!(plan.conflicts().is_empty());
    /// let runs = Runs::at(tree.path().join("journals"));
    /// let report = plan.apply(&engine, &runs, &Default::default())?;
    /// assert_eq!(report.done, 1);
    /// assert!(tree.path().join("a-b.txt").exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rename<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
    ) -> PlanRequest {
        self.plan("rename", Operation::Rename, roots)
    }

    /// Plans to move what lies in roots [`into`](PlanRequest::into) a folder.
    ///
    /// ```
    /// use sanchay::{Engine, ops::{OnConflict, Runs}};
    ///
    /// let tree = tempfile::tempdir()?;
    /// std::fs::write(tree.path().join("a.jpg"), "picture")?;
    /// std::fs::write(tree.path().join("b.txt"), "text")?;
    /// let engine = Engine::builder().build()?;
    /// let folder = format!("{}/sorted/{{ext}}", tree.path().display());
    /// let plan = engine
    ///     .move_into([tree.path()], folder)
    ///     .extension("jpg")
    ///     .on_conflict(OnConflict::Rename)
    ///     .plan()?;
    /// for step in plan.steps() {
    ///     println!("{} {:?} -> {:?}", step.operation.name(), step.from, step.to);
    /// }
    /// let runs = Runs::at(tree.path().join("journals"));
    /// let report = plan.apply(&engine, &runs, &Default::default())?;
    /// assert!(tree.path().join("sorted/jpg/a.jpg").exists());
    ///
    /// // And back: the folders that were made go, too.
    /// runs.undo(&engine, &report.run, false, &Default::default())?;
    /// assert!(tree.path().join("a.jpg").exists());
    /// assert!(!tree.path().join("sorted").exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn move_into<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
        folder: impl Into<OsString>,
    ) -> PlanRequest {
        self.plan("move", Operation::Move, roots).into(folder)
    }

    /// Plans to link what lies in roots [`into`](PlanRequest::into) a folder,
    /// by hard links, symbolic links or reflinks.
    pub fn link_into<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
        folder: impl Into<OsString>,
        operation: Operation,
    ) -> PlanRequest {
        let operation = match operation {
            Operation::Symlink | Operation::Reflink => operation,
            _ => Operation::HardLink,
        };
        self.plan("link", operation, roots).into(folder)
    }

    /// Plans to copy what lies in roots [`into`](PlanRequest::into) a folder:
    /// regular files and symbolic links.
    pub fn copy_into<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
        folder: impl Into<OsString>,
    ) -> PlanRequest {
        self.plan("copy", Operation::Copy, roots).into(folder)
    }

    /// Plans to delete what lies in roots: to the trash, or for good.
    pub fn delete<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
        for_good: bool,
    ) -> PlanRequest {
        let operation = match for_good {
            true => Operation::Delete,
            false => Operation::Trash,
        };
        self.plan("delete", operation, roots)
    }

    fn plan<P: Into<PathBuf>>(
        &self,
        command: &'static str,
        operation: Operation,
        roots: impl IntoIterator<Item = P>,
    ) -> PlanRequest {
        let roots = roots.into_iter().map(Into::into).collect();
        PlanRequest::new(self, command, operation, roots)
    }
}
