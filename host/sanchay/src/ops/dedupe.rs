//! What is asked for: which files are the same, which of them stay, and what
//! becomes of the others.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    ops::ControlFlow,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::Mutex,
};

use sanchay_core::{
    escape::escaped,
    grouping::Role,
    keep::{Choice, KeepRules},
    kind::EntryKind,
    plan::{Operation, TEMPORARY},
};
use sanchay_sandbox::KeepColumns;
use sanchay_storage::{Extents, FileId, Links};
use sanchay_sync::{into_inner, lock};

use super::{
    check::Status,
    conflict::OnConflict,
    differences::Differences,
    error::OpsError,
    folders::{FolderId, join},
    handles::Handles,
    places::Places,
    plan::{Decided, Plan},
    request::tag,
    roots::{Base, Bases, absolute, add_destination},
    rows::{Row, Rows},
};
use crate::{
    duplicates::Member,
    engine::Engine,
    error::{Cause, Error},
    monitor::Monitor,
    options::{DuplicateOptions, WalkOptions},
    request::{monitor_methods, walk_methods},
};

/// How many files are decided on in one crossing.
const FILES: usize = 8192;

/// What becomes of files that are the same as one that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DedupeAction {
    /// They become names of it, whose owner, permissions and times hold.
    HardLink,
    /// They share its blocks, and keep what they have otherwise.
    Reflink,
    /// They become symbolic links to it.
    Symlink,
    /// They are removed for good.
    Delete,
    /// They go to the trash.
    Trash,
    /// They go into a folder, in folders like those below their roots.
    MoveTo(PathBuf),
}

impl DedupeAction {
    const fn operation(&self) -> Operation {
        match self {
            Self::HardLink => Operation::HardLink,
            Self::Reflink => Operation::Reflink,
            Self::Symlink => Operation::Symlink,
            Self::Delete => Operation::Delete,
            Self::Trash => Operation::Trash,
            Self::MoveTo(_) => Operation::Move,
        }
    }

    /// Whether a file of its own becomes one with another.
    const fn shares(&self) -> bool {
        matches!(self, Self::HardLink | Self::Reflink)
    }
}

/// A plan for duplicates to be made: [`Engine::dedupe`] begins one.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is planned"]
pub struct DedupeRequest {
    engine: Engine,
    roots: Vec<PathBuf>,
    options: DuplicateOptions,
    monitor: Monitor,
    keep: Vec<Vec<u8>>,
    action: DedupeAction,
    on_conflict: OnConflict,
    portable: bool,
    compare_metadata: bool,
}

impl DedupeRequest {
    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.options.walk
    }

    /// How groups are found, in place of what was said before. Links are not
    /// followed, whatever it says. With `hardlinks`, other names of a file
    /// that stays go as well; without, they are no duplicates.
    pub fn options(mut self, options: DuplicateOptions) -> Self {
        self.options = options;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// The rules that say which file of a group stays, in their order:
    /// `oldest`, `newest`, `shortest-path`, `longest-path`, `first-root`,
    /// `under:FOLDER`, `regex:REGEX`. They are asked about paths from the top.
    /// Where several are left, the first path in the order of bytes decides.
    pub fn keep<R: Into<Vec<u8>>>(
        mut self,
        rules: impl IntoIterator<Item = R>,
    ) -> Self {
        self.keep = rules.into_iter().map(Into::into).collect();
        self
    }

    /// Directories and files whose files stay.
    pub fn references<P: Into<PathBuf>>(
        mut self,
        paths: impl IntoIterator<Item = P>,
    ) -> Self {
        let paths = paths.into_iter().map(Into::into);
        self.options.references.extend(paths);
        self
    }

    /// What is done where something stands in the way.
    pub fn on_conflict(mut self, choice: OnConflict) -> Self {
        self.on_conflict = choice;
        self
    }

    /// Whether names that Windows would refuse are refused.
    pub fn portable(mut self, portable: bool) -> Self {
        self.portable = portable;
        self
    }

    /// Whether the plan says what files lose that become names of others:
    /// another owner, permissions, extended attributes. By default it does.
    pub fn compare_metadata(mut self, compare: bool) -> Self {
        self.compare_metadata = compare;
        self
    }

    /// Finds groups of equal files, decides which of each stays, and plans
    /// what becomes of the others. Changes nothing.
    ///
    /// # Errors
    /// [`OpsError::Keep`] for a rule that is none, [`OpsError::Destination`],
    /// and why the search could not be carried out.
    pub fn plan(mut self) -> Result<Plan, OpsError> {
        let storage = self.options.walk.storage();
        let local = self.options.walk.storage.is_none();
        self.rules(local)?;
        let mut named = self.roots.clone();
        named.extend(self.options.against.iter().cloned());
        named.extend(self.options.references.iter().cloned());
        let mut places = Places::default();
        let bases = Bases::new(&named, &storage, local, &mut places)?;
        let target = match &self.action {
            DedupeAction::MoveTo(path) => {
                Some(add_destination(path, &storage, local, &mut places)?)
            }
            _ => None,
        };
        let mut options = self.options.clone();
        (options.walk.follow, options.walk.beneath) = (false, false);
        // Every name is needed, to tell what would be free.
        options.hardlinks = true;
        options.same_device |= self.action.shares();
        let errors = Mutex::new(Vec::new());
        let found = self
            .engine
            .duplicates(self.roots.clone())
            .options(options)
            .monitor(&self.monitor)
            .find_keeping(true, &|error| {
                lock(&errors).push(error);
                ControlFlow::Continue(())
            })
            .map_err(OpsError::Run)?;
        let roots = named.iter().map(|it| it.as_os_str().as_bytes());
        let mut numbers = HashMap::new();
        for (number, root) in (0..).zip(roots) {
            numbers.entry(root).or_insert(number);
        }
        let handles = Handles::new(&storage, &places.roots);
        let mut builder = Builder {
            request: &self,
            bases: &bases,
            numbers,
            target,
            handles,
            places,
            groups: Vec::new(),
            files: 0,
            decided: Decided::default(),
            unchanged: 0,
        };
        for group in &found {
            let members: Vec<Member<'_>> = found.members(&group).collect();
            let hash = format!("{}:{}", group.algorithm(), group.digest());
            builder.add(&members, hash)?;
        }
        builder.decide()?;
        let Builder { places, decided, unchanged, .. } = builder;
        let count = places.rows.all.len();
        let mut plan = Plan {
            storage,
            command: "dedupe".to_owned(),
            options: self.header(),
            on_conflict: self.on_conflict,
            unchanged,
            places,
            steps: Vec::new(),
            view: Vec::new(),
            conflicts: Vec::new(),
            conflicting: Vec::new(),
            errors: into_inner(errors),
            portable: self.portable,
            already_there: 0,
            own_rows: Some(count),
            tag: tag(),
            refused: 0,
            left_out: 0,
            duplicates: Some(decided),
        };
        plan.arrange(vec![Status::Planned; count])?;
        Ok(plan)
    }

    /// Makes folders in rules absolute, and looks whether all make sense.
    fn rules(&mut self, local: bool) -> Result<(), OpsError> {
        let storage = self.options.walk.storage();
        for rule in &mut self.keep {
            let Some(folder) = rule.strip_prefix(b"under:") else { continue };
            if folder.is_empty() {
                continue;
            }
            let path = Path::new(OsStr::from_bytes(folder));
            // Otherwise a slip of the pen would let other rules decide.
            storage.stat(path).map_err(|error| {
                let (rule, why) = (escaped(rule), Cause::from(error));
                let why = format!("{rule}: {why}");
                OpsError::Run(Error::Option { option: "keep", why })
            })?;
            let whole = absolute(path, local).map_err(|source| {
                OpsError::file(path, "cannot find the path", source)
            })?;
            *rule = [b"under:", whole.as_slice()].concat();
        }
        KeepRules::new(&self.keep).map(drop).map_err(OpsError::Keep)
    }

    /// What the plan says of how it was made.
    fn header(&self) -> Vec<(String, String)> {
        let mut options = vec![
            ("on-conflict".to_owned(), self.on_conflict.name().to_owned()),
            ("action".to_owned(), self.action.operation().name().to_owned()),
        ];
        if !self.keep.is_empty() {
            let rules = self.keep.iter().map(|it| escaped(it).to_string());
            let rules: Vec<String> = rules.collect();
            options.push(("keep".to_owned(), rules.join(" ")));
        }
        options
    }
}

/// Files with the same contents.
struct Group {
    files: Vec<File>,
    /// The digest of these, as a plan has it.
    hash: String,
}

/// A file of a group.
struct File {
    row: Row,
    role: Role,
    root: u32,
    is_linked: bool,
    may_share: bool,
}

/// Makes rows of groups.
struct Builder<'a> {
    request: &'a DedupeRequest,
    bases: &'a Bases,
    /// The roots by their paths, in the order in which they were given.
    numbers: HashMap<&'a [u8], u32>,
    /// Where files go that are moved.
    target: Option<Base>,
    handles: Handles,
    places: Places,
    /// Groups that wait to be decided on.
    groups: Vec<Group>,
    /// How many files they have.
    files: usize,
    decided: Decided,
    unchanged: u64,
}

impl Builder<'_> {
    fn add(
        &mut self,
        members: &[Member<'_>],
        hash: String,
    ) -> Result<(), OpsError> {
        let operation = self.request.action.operation();
        let mut files = Vec::with_capacity(members.len());
        for member in members {
            // What another run has left aside has a name to get back.
            if member.name.starts_with(TEMPORARY.as_bytes()) {
                continue;
            }
            let Some(base) = self.bases.of(member.root) else { continue };
            let folder = join(&base.below, &member.below);
            let folder = self.places.folders.add(base.root, &folder)?;
            // What went there before is no candidate any more.
            if self.is_at_target(folder) {
                continue;
            }
            let mut row = Rows::empty(operation, folder);
            row.from = self.places.rows.spot(folder, member.name)?;
            row.kind = EntryKind::File;
            row.id = member.state.id;
            row.size = member.state.size;
            row.modified = member.state.modified;
            // What is done to one name of a file shows in the others.
            row.changed = (!member.is_linked).then_some(member.state.changed);
            files.push(File {
                row,
                role: member.role,
                root: self.numbers.get(member.root).copied().unwrap_or(0),
                is_linked: member.is_linked,
                may_share: member.may_share,
            });
        }
        self.files += files.len();
        self.groups.push(Group { files, hash });
        match self.files >= FILES {
            true => self.decide(),
            false => Ok(()),
        }
    }

    /// Whether a folder is that which files are moved into, or below it.
    fn is_at_target(&self, folder: FolderId) -> bool {
        let (root, path) = self.places.folders.get(folder);
        self.target.as_ref().is_some_and(|it| it.has(root, path))
    }

    /// Decides on the groups that wait, in the sandbox.
    fn decide(&mut self) -> Result<(), OpsError> {
        self.files = 0;
        let mut groups = std::mem::take(&mut self.groups);
        groups.retain(|group| !group.files.is_empty());
        if groups.is_empty() {
            return Ok(());
        }
        let mut columns = KeepColumns::default();
        for group in &groups {
            for file in candidates(&group.files) {
                self.push(file, &mut columns)?;
            }
            columns.groups.push(short(columns.ends.len())?);
        }
        let rules = &self.request.keep;
        let pool = self.request.engine.pool();
        let mut inspector = pool.inspector();
        let choices = inspector.choose_kept(rules, &columns);
        let choices =
            choices.map_err(|it| OpsError::Run(Error::Sandbox(it)))?;
        pool.give_back(inspector);
        for (group, choice) in groups.iter().zip(choices) {
            self.rows(group, choice)?;
        }
        Ok(())
    }

    /// Adds a file to what crosses.
    fn push(
        &self,
        file: &File,
        columns: &mut KeepColumns,
    ) -> Result<(), OpsError> {
        let Row { from, modified, .. } = file.row;
        columns.paths.extend(self.places.absolute(from));
        columns.ends.push(short(columns.paths.len())?);
        columns.roots.push(file.root);
        columns.seconds.push(modified.seconds);
        columns.nanoseconds.push(modified.nanoseconds);
        Ok(())
    }

    /// Adds the rows of a group of which it is decided what stays.
    fn rows(
        &mut self,
        Group { files: group, hash }: &Group,
        choice: Choice,
    ) -> Result<(), OpsError> {
        let Some(kept) = candidates(group).nth(choice.kept) else {
            return Ok(());
        };
        let (kept_row, action) = (kept.row, &self.request.action);
        let shares = action.shares();
        let leaves_names = shares || !self.request.options.hardlinks;
        let place =
            |row: &Row| (row.from.folder, self.places.rows.name(row.from));
        let mut going: Vec<&File> = Vec::new();
        for file in group {
            let is_kept = place(&file.row) == place(&kept_row);
            if is_kept || file.role == Role::Reference {
                continue;
            }
            let is_name = file.row.id == kept_row.id;
            if is_name && leaves_names {
                self.unchanged += 1;
                continue;
            }
            going.push(file);
        }
        let shared = self.shared(kept, &going);
        if matches!(action, DedupeAction::Reflink) {
            let before = going.len();
            going.retain(|file| !shared.contains(&file.row.id));
            self.unchanged += (before - going.len()) as u64;
        }
        if going.is_empty() {
            return Ok(());
        }
        let because = self.because(group, kept, choice);
        let id = self.places.rows.keep(kept_row, Some(hash))?;
        let mut freed: HashSet<FileId> = HashSet::new();
        freed.extend(shared);
        freed.insert(kept_row.id);
        for file in &going {
            let mut row = Row { because, kept: Some(id), ..file.row };
            row.frees = freed.insert(row.id) && self.frees(file, &going);
            self.compare_metadata(&mut row, &kept_row);
            if let Some(base) = &self.target {
                let (_, path) = self.places.folders.get(row.from.folder);
                let path = join(&base.below, path);
                let folder = self.places.folders.add(base.root, &path)?;
                (row.to, row.has_to) = (row.from.moved(folder), true);
            }
            self.places.rows.push(row)?;
        }
        Ok(())
    }

    /// Finds out what a file loses that becomes another name of one that
    /// stays. What cannot be looked at fails later, and says why.
    fn compare_metadata(&mut self, row: &mut Row, kept: &Row) {
        if !self.request.compare_metadata
            || row.operation != Operation::HardLink
        {
            return;
        }
        let mut open = |row: &Row| {
            let (root, path) = self.places.folders.get(row.from.folder);
            self.handles.open(root, path)
        };
        let folders = open(row).and_then(|own| Ok((own, open(kept)?)));
        let Ok((own, its)) = folders else { return };
        let name = |row: &Row| self.places.rows.name(row.from);
        let file = (&*own, name(row));
        let differs = Differences::between(file, (&*its, name(kept)));
        row.differs = differs.unwrap_or_default();
        if row.differs.are_any() {
            let why = self.places.rows.why(row.because);
            let why = format!("{why}; differs in {}", row.differs);
            row.because = self.places.rows.reason(&why);
        }
    }

    /// Why a file stays, for people.
    fn because(&mut self, group: &[File], kept: &File, choice: Choice) -> u32 {
        let rules = &self.request.keep;
        let rule = choice.decided_by.and_then(|at| rules.get(at));
        let several = candidates(group).nth(1).is_some();
        let why = match rule {
            Some(rule) => format!("kept: {}", escaped(rule)),
            None if kept.role == Role::Reference && !several => {
                "kept: a reference".to_owned()
            }
            None => {
                self.decided.ties += u64::from(several);
                "kept: the first path".to_owned()
            }
        };
        self.places.rows.reason(&why)
    }

    /// Whether all names of a file go, so that its bytes are free.
    fn frees(&mut self, file: &File, going: &[&File]) -> bool {
        if !file.is_linked {
            return true;
        }
        let names = going.iter().filter(|it| it.row.id == file.row.id);
        let names = names.count();
        let (root, path) = self.places.folders.get(file.row.from.folder);
        let name = self.places.rows.name(file.row.from);
        let found = self
            .handles
            .open(root, path)
            .and_then(|folder| folder.stat(name, Links::Refuse));
        found.is_ok_and(|(_, found)| found.links as usize <= names)
    }

    /// The files whose bytes on disk are those of the one that stays, as far
    /// as the file system tells.
    fn shared(&mut self, kept: &File, going: &[&File]) -> Vec<FileId> {
        if !kept.may_share || !going.iter().any(|it| it.may_share) {
            return Vec::new();
        }
        let Some(of_kept) = self.extents(kept) else { return Vec::new() };
        let mut shared = Vec::new();
        for file in going {
            if file.may_share
                && self.extents(file).is_some_and(|it| it == of_kept)
            {
                shared.push(file.row.id);
            }
        }
        shared
    }

    fn extents(&mut self, file: &File) -> Option<Extents> {
        let (root, path) = self.places.folders.get(file.row.from.folder);
        let name = self.places.rows.name(file.row.from);
        let folder = self.handles.open(root, path).ok()?;
        let (open, _) = folder.open_file(name, Links::Refuse).ok()?;
        let extents = open.extents().ok()?;
        matches!(extents, Extents::Shared(_)).then_some(extents)
    }
}

/// The files of a group of which one is chosen: references, if it has any.
fn candidates(group: &[File]) -> impl Iterator<Item = &File> {
    let role = match group.iter().any(|it| it.role == Role::Reference) {
        true => Role::Reference,
        false => Role::Duplicate,
    };
    group.iter().filter(move |file| file.role == role)
}

fn short(number: usize) -> Result<u32, OpsError> {
    u32::try_from(number).map_err(|_| OpsError::TooLarge)
}

impl Engine {
    /// Plans to do something with files that are the same as others: of each
    /// group one stays.
    ///
    /// ```
    /// use sanchay::{Engine, ops::{DedupeAction, Runs}};
    ///
    /// let tree = tempfile::tempdir()?;
    /// for name in ["one", "other"] {
    ///     std::fs::write(tree.path().join(name), "the same")?;
    /// }
    /// let engine = Engine::builder().build()?;
    /// let plan = engine
    ///     .dedupe([tree.path()], DedupeAction::HardLink)
    ///     .keep(["shortest-path"])
    ///     .plan()?;
    /// assert_eq!(plan.duplicates().unwrap().reclaimable_bytes, 8);
    /// let runs = Runs::at(tree.path().join("journals"));
    /// let report = plan.apply(&engine, &runs, &Default::default())?;
    /// assert_eq!(report.done, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dedupe<P: Into<PathBuf>>(
        &self,
        roots: impl IntoIterator<Item = P>,
        action: DedupeAction,
    ) -> DedupeRequest {
        DedupeRequest {
            engine: self.clone(),
            roots: roots.into_iter().map(Into::into).collect(),
            options: DuplicateOptions::default(),
            monitor: Monitor::default(),
            keep: Vec::new(),
            action,
            on_conflict: OnConflict::default(),
            portable: false,
            compare_metadata: true,
        }
    }
}
