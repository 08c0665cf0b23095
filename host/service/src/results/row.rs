//! A record that was kept, as a row from which other fields follow: those that
//! a client asks for, and those that a filter tests.

use sanchay::{EntryKind, FileFacts, Role};
use sanchay_core::{
    content::Content,
    record::{Change, Column, FieldId, Group, RecordBatch, Row, Verdict},
    time::Timestamp,
};

/// A row of a batch.
#[derive(Clone, Copy)]
pub(crate) struct Kept<'b> {
    batch: &'b RecordBatch,
    row: usize,
}

impl<'b> Kept<'b> {
    pub(crate) fn new(batch: &'b RecordBatch, row: usize) -> Self {
        Self { batch, row }
    }

    fn number(self, id: FieldId) -> Option<u64> {
        match self.batch.column(id)? {
            Column::Unsigned(it) => it.get(self.row).copied().flatten(),
            _ => None,
        }
    }

    fn small(self, id: FieldId) -> Option<u32> {
        self.number(id).and_then(|it| u32::try_from(it).ok())
    }

    fn time(self, id: FieldId) -> Option<Timestamp> {
        match self.batch.column(id)? {
            Column::Timestamp(it) => it.get(self.row).copied().flatten(),
            _ => None,
        }
    }

    fn bytes(self, id: FieldId) -> Option<&'b [u8]> {
        match self.batch.column(id)? {
            Column::Name(it) | Column::Text(it) => it.get(self.row),
            _ => None,
        }
    }

    fn word(self, id: FieldId) -> Option<&'static str> {
        match self.batch.column(id)? {
            Column::Word(it) => it.get(self.row).copied().flatten(),
            _ => None,
        }
    }

    fn float(self, id: FieldId) -> Option<f64> {
        match self.batch.column(id)? {
            Column::Float(it) => it.get(self.row).copied().flatten(),
            _ => None,
        }
    }

    fn content(self) -> Option<Content> {
        match self.batch.column(FieldId::Hash)? {
            Column::Hash(it) => it.get(self.row),
            _ => None,
        }
    }

    /// The two parts of its path.
    pub(crate) fn path(self) -> (&'b [u8], &'b [u8]) {
        let path = self.batch.paths().and_then(|it| it.get(self.row));
        path.map_or((b"", b""), |it| (it.parent, it.name))
    }

    /// The root that it was found under.
    pub(crate) fn root(self) -> Option<&'b [u8]> {
        self.bytes(FieldId::Root)
    }

    /// What it is.
    pub(crate) fn kind(self) -> Option<EntryKind> {
        let word = self.word(FieldId::Kind)?;
        EntryKind::ALL.into_iter().find(|it| it.name() == word)
    }

    /// How it differs, if it is a difference.
    pub(crate) fn change(self) -> Option<Change> {
        let word = self.word(FieldId::Change)?;
        Change::ALL.into_iter().find(|it| it.name() == word)
    }

    /// Whether it stays in any case.
    pub(crate) fn is_reference(self) -> bool {
        self.word(FieldId::Role) == Some(Role::Reference.name())
    }

    /// How many bytes would be free if one of its group were kept.
    pub(crate) fn reclaimable(self) -> Option<u64> {
        self.number(FieldId::Reclaimable)
    }

    /// How many files are in it, if it is a folder.
    pub(crate) fn file_count(self) -> Option<u64> {
        self.number(FieldId::FileCount)
    }

    /// Its digest.
    pub(crate) fn digest(self) -> Option<Content> {
        self.content()
    }

    /// Which group it is in.
    pub(crate) fn group(self) -> Option<u64> {
        self.number(FieldId::Group)
    }

    /// What the file system told of it.
    pub(crate) fn facts(self) -> FileFacts {
        let mode = self.bytes(FieldId::Mode);
        let mode = mode.and_then(|it| std::str::from_utf8(it).ok());
        FileFacts {
            size: self.number(FieldId::Size).unwrap_or(0),
            modified: self.time(FieldId::Modified),
            accessed: self.time(FieldId::Accessed),
            changed: self.time(FieldId::Changed),
            created: self.time(FieldId::Created),
            allocated: self.number(FieldId::Allocated),
            mode: mode.and_then(|it| u32::from_str_radix(it, 8).ok()),
            uid: self.small(FieldId::Uid),
            gid: self.small(FieldId::Gid),
            inode: self.number(FieldId::Inode),
            device: self.number(FieldId::Device),
            links: self.number(FieldId::Links),
            object: None,
        }
    }

    /// Appends it to a batch of other fields.
    pub(crate) fn push_to(self, out: &mut RecordBatch) {
        let facts = self.facts();
        let (parent, name) = self.path();
        let word = |id| self.word(id);
        let change = self.change();
        let verdict = word(FieldId::Verdict).and_then(verdict);
        let role = word(FieldId::Role).map(|word| {
            match word == Role::Reference.name() {
                true => Role::Reference,
                false => Role::Duplicate,
            }
        });
        let group = self.group().map(|number| Group {
            number,
            reclaimable: self.number(FieldId::Reclaimable).unwrap_or(0),
        });
        let error = self.bytes(FieldId::Error);
        let schema = out.schema();
        let user = schema.has(FieldId::User).then_some(facts.uid).flatten();
        let user = user.and_then(sanchay::user_name);
        let owner =
            schema.has(FieldId::OwnerGroup).then_some(facts.gid).flatten();
        let owner = owner.and_then(sanchay::group_name);
        out.push(&Row {
            parent,
            name,
            size: self.number(FieldId::Size),
            modified: facts.modified,
            content: self.content(),
            verdict,
            error: error.and_then(|it| std::str::from_utf8(it).ok()),
            kind: self.kind(),
            root: self.root(),
            target: self.bytes(FieldId::Target),
            owners: sanchay_core::record::Owners {
                user: user.as_deref(),
                group: owner.as_deref(),
            },
            facts: Some(&facts),
            group,
            file_count: self.number(FieldId::FileCount),
            change,
            from: self.bytes(FieldId::From),
            similarity: self.float(FieldId::Similarity),
            other: self.bytes(FieldId::Other),
            role,
            ..Row::default()
        });
    }
}

fn verdict(word: &str) -> Option<Verdict> {
    let all =
        [Verdict::Ok, Verdict::Failed, Verdict::Missing, Verdict::Unreadable];
    all.into_iter().find(|it| it.name() == word)
}
