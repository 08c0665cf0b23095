//! What is asked for: which files are the same, or similar, which of them stay,
//! and what becomes of the others.

mod building;
mod similar;

use std::{
    collections::HashMap,
    ffi::OsStr,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Mutex,
};

use sanchay_core::{
    escape::escaped,
    keep::{Choice, KeepRules},
    plan::Operation,
};
use sanchay_names::OsStrExt as _;
use sanchay_sandbox::KeepColumns;
use sanchay_sync::{into_inner, lock};

use self::building::Builder;
use super::{
    check::Status,
    conflict::OnConflict,
    error::OpsError,
    handles::Handles,
    places::Places,
    plan::Plan,
    request::tag,
    roots::{Bases, absolute, add_destination},
};
#[cfg(feature = "images")]
use crate::similar::SimilarImagesOptions;
use crate::{
    duplicates::Member,
    engine::Engine,
    error::{Cause, EntryError, Error},
    monitor::Monitor,
    options::{DuplicateOptions, WalkOptions},
    request::{monitor_methods, walk_methods},
    similar::{Alike, SimilarOptions},
};

/// What becomes of files that are the same as one that stays, or similar.
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

    /// Whether it puts a link to the file that stays, of whatever kind, in the
    /// place of another.
    const fn links(&self) -> bool {
        matches!(self, Self::HardLink | Self::Reflink | Self::Symlink)
    }

    /// Whether a file of its own becomes one with another.
    const fn shares(&self) -> bool {
        matches!(self, Self::HardLink | Self::Reflink)
    }
}

/// Which files are similar.
#[derive(Clone, Debug)]
enum Likeness {
    Texts(SimilarOptions),
    #[cfg(feature = "images")]
    Images(SimilarImagesOptions),
}

impl Likeness {
    /// What it is of, and how alike two files are at least.
    const fn name(&self) -> (&'static str, f64) {
        match self {
            Self::Texts(options) => ("texts", options.threshold),
            #[cfg(feature = "images")]
            Self::Images(options) => ("images", options.threshold),
        }
    }
}

/// Told of what is wrong with entries.
type OnError<'e> = dyn Fn(EntryError) -> ControlFlow<()> + Sync + 'e;

/// Why an option does not go with similar files.
const ONLY_EQUAL: &str = "it is for files that are equal, not similar";

/// A plan for equal or similar files to be made: [`Engine::dedupe`] begins one.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is planned"]
pub struct DedupeRequest {
    engine: Engine,
    roots: Vec<PathBuf>,
    options: DuplicateOptions,
    /// Which files are similar, where equal ones are not enough.
    likeness: Option<Likeness>,
    monitor: Monitor,
    keep: Vec<Vec<u8>>,
    action: DedupeAction,
    on_conflict: OnConflict,
    portable: bool,
    compare_metadata: bool,
    /// What was decided by hand, by absolute paths.
    marks: HashMap<Vec<u8>, bool>,
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

    /// Has files make way that have nearly the same text as one that stays,
    /// rather than equal ones, by trash, delete or move: each is as alike to
    /// that as the threshold says, or more. Takes the place of the walk that
    /// was given before. Texts of groups are read once more.
    pub fn similar(mut self, options: SimilarOptions) -> Self {
        self.options.walk = options.walk.clone();
        self.likeness = Some(Likeness::Texts(options));
        self
    }

    /// The same of pictures that look like one that stays.
    #[cfg(feature = "images")]
    pub fn similar_images(mut self, options: SimilarImagesOptions) -> Self {
        self.options.walk = options.walk.clone();
        self.likeness = Some(Likeness::Images(options));
        self
    }

    walk_methods!();

    monitor_methods!();

    /// The rules that say which file of a group stays, in their order:
    /// `oldest`, `newest`, `largest`, `smallest`, `shortest-path`,
    /// `longest-path`, `first-root`, `under:FOLDER`, `regex:REGEX`. They are
    /// asked about paths from the top; of pictures, pixels count before bytes.
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

    /// What was decided by hand, above all rules: files and folders by their
    /// absolute paths, and whether they stay. Of a file and the folders that
    /// it is in, the nearest that was decided on counts. References stay
    /// whatever it says, and of a group of which nothing would be left, what
    /// the rules chose.
    pub fn marks<P: Into<PathBuf>>(
        mut self,
        marks: impl IntoIterator<Item = (P, bool)>,
    ) -> Self {
        let marks = marks.into_iter().map(|(path, stays)| {
            (path.into().into_os_string().into_encoded_bytes(), stays)
        });
        self.marks.extend(marks);
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

    /// Finds groups of equal or similar files, decides which of each stays,
    /// and plans what becomes of the others. Changes nothing.
    ///
    /// # Errors
    /// [`OpsError::Keep`] for a rule that is none, [`OpsError::Destination`],
    /// and why the search could not be carried out.
    pub fn plan(mut self) -> Result<Plan, OpsError> {
        self.check_likeness().map_err(OpsError::Run)?;
        (self.options.walk.follow, self.options.walk.beneath) = (false, false);
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
        let errors = Mutex::new(Vec::new());
        let on_error = |error: EntryError| {
            lock(&errors).push(error);
            ControlFlow::Continue(())
        };
        let handles = Handles::new(&storage, &places.roots);
        let mut builder =
            Builder::new(&self, &bases, (places, handles), target);
        let roots = named.iter().map(|it| it.as_os_str().as_bytes());
        for (number, root) in (0..).zip(roots) {
            builder.numbers.entry(root).or_insert(number);
        }
        match &self.likeness {
            None => self.add_equal(&mut builder, &on_error)?,
            Some(likeness) => {
                let found = self.find_similar(likeness, &on_error);
                let found = found.map_err(OpsError::Run)?;
                similar::add(&*found, &mut builder, &on_error)?;
            }
        }
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
            renamed: Vec::new(),
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

    /// Whether similar files are wanted in a way that they can be.
    fn check_likeness(&self) -> Result<(), Error> {
        if self.likeness.is_none() {
            return Ok(());
        }
        let of = &self.options;
        for (is_given, option, why) in [
            (
                self.action.links(),
                "action",
                "files that are only similar do not become links to each \
                 other: it is trash, delete or move-to",
            ),
            (!of.against.is_empty(), "against", ONLY_EQUAL),
            (of.hardlinks, "hardlinks", ONLY_EQUAL),
            (of.same_device, "same-device", ONLY_EQUAL),
            (of.min_group > 2, "min-group", ONLY_EQUAL),
            (of.verify, "verify", ONLY_EQUAL),
        ] {
            if is_given {
                return Err(Error::Option { option, why: why.to_owned() });
            }
        }
        Ok(())
    }

    /// Adds the rows of equal files.
    fn add_equal(
        &self,
        builder: &mut Builder<'_>,
        on_error: &OnError<'_>,
    ) -> Result<(), OpsError> {
        let mut options = self.options.clone();
        // Every name is needed, to tell what would be free.
        options.hardlinks = true;
        options.same_device |= self.action.shares();
        let found = self
            .engine
            .duplicates(self.roots.clone())
            .options(options)
            .monitor(&self.monitor)
            .find_keeping(true, on_error)
            .map_err(OpsError::Run)?;
        for group in &found {
            let members: Vec<Member<'_>> = found.members(&group).collect();
            let hash = format!("{}:{}", group.algorithm(), group.digest());
            builder.add(&members, hash)?;
        }
        builder.decide()
    }

    /// Searches for similar files.
    fn find_similar(
        &self,
        likeness: &Likeness,
        on_error: &OnError<'_>,
    ) -> Result<Box<dyn Alike>, Error> {
        let DuplicateOptions { walk, references, .. } = &self.options;
        let (walk, roots) = (walk.clone(), self.roots.clone());
        Ok(match likeness {
            Likeness::Texts(options) => {
                let options = SimilarOptions { walk, ..options.clone() };
                let request = self.engine.similar(roots).options(options);
                let request = request.monitor(&self.monitor);
                Box::new(request.find_keeping(references, on_error)?)
            }
            #[cfg(feature = "images")]
            Likeness::Images(options) => {
                let options = SimilarImagesOptions { walk, ..options.clone() };
                let request = self.engine.similar_images(roots);
                let request = request.options(options).monitor(&self.monitor);
                Box::new(request.find_keeping(references, on_error)?)
            }
        })
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

    /// What was decided by hand of a file.
    fn mark(&self, path: &[u8]) -> Option<bool> {
        let mut path = path;
        loop {
            if let Some(stays) = self.marks.get(path) {
                return Some(*stays);
            }
            let slash = memchr::memrchr(b'/', path)?;
            path = path.get(..slash)?;
        }
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
        if let Some((what, threshold)) =
            self.likeness.as_ref().map(Likeness::name)
        {
            options.push(("similar".to_owned(), what.to_owned()));
            options.push(("threshold".to_owned(), threshold.to_string()));
        }
        options
    }
}

impl Engine {
    /// Plans to do something with files that are the same as others, or
    /// [similar](DedupeRequest::similar): of each group one stays.
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
            likeness: None,
            monitor: Monitor::default(),
            keep: Vec::new(),
            action,
            on_conflict: OnConflict::default(),
            portable: false,
            compare_metadata: true,
            marks: HashMap::new(),
        }
    }

    /// Chooses of each group the file that rules keep, in the sandbox: those
    /// of [`DedupeRequest::keep`], whose folders are absolute here.
    ///
    /// # Errors
    /// [`OpsError::Keep`] for a rule that is none, and [`Error::Sandbox`]
    /// where the columns do not fit each other.
    pub fn choose_kept(
        &self,
        rules: &[Vec<u8>],
        files: &KeepColumns,
    ) -> Result<Vec<Choice>, OpsError> {
        KeepRules::new(rules).map_err(OpsError::Keep)?;
        let pool = self.pool();
        let mut inspector = pool.inspector();
        let choices = inspector.choose_kept(rules, files);
        let choices =
            choices.map_err(|it| OpsError::Run(Error::Sandbox(it)))?;
        pool.give_back(inspector);
        Ok(choices)
    }
}
