//! Directories of a walk. A node holds its name and its parent, not its path:
//! memory grows with the number of directories, not with their depth. Paths
//! are built when they are reported.

use std::{
    cmp::Ordering,
    ffi::OsString,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, Weak},
};

use sanchay_names::OsStringExt as _;
use sanchay_storage::FileId;

use sanchay_core::order;
use sanchay_sync::lock;

use super::{
    ignoring::InForce,
    open::{Handle, Open},
    root::Root,
};
use crate::error::Cause;

/// Reopens descendants up to this many levels down in one call, caching none
/// between.
const NEAR: usize = 32;

/// A directory of a walk.
pub(crate) struct Node {
    root: Arc<Root>,
    /// Its parent; `None` for a root.
    parent: Option<Arc<Node>>,
    /// Its name; for a root its path, ending in a slash unless empty.
    name: Box<[u8]>,
    /// The length of its path, with the slash at its end.
    length: usize,
    /// Its depth below the root, which has depth 0.
    depth: usize,
    /// The device that it is on.
    device: u64,
    /// Its handle, while it is open.
    handle: Mutex<Weak<Handle>>,
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Node").field(&self.entry(b"")).finish()
    }
}

impl Node {
    /// A root. Its path ends in a slash, or is empty.
    pub(super) fn root(root: Arc<Root>, path: Box<[u8]>, device: u64) -> Self {
        Self {
            root,
            parent: None,
            length: path.len(),
            name: path,
            depth: 0,
            device,
            handle: Mutex::new(Weak::new()),
        }
    }

    /// A directory in another, and its handle.
    pub(super) fn child(
        self: &Arc<Self>,
        name: &[u8],
        device: u64,
        handle: &Arc<Handle>,
    ) -> Self {
        Self {
            root: Arc::clone(&self.root),
            parent: Some(Arc::clone(self)),
            name: name.into(),
            length: self.length_of_child(name),
            depth: self.depth + 1,
            device,
            handle: Mutex::new(Arc::downgrade(handle)),
        }
    }

    pub(super) fn tree(&self) -> &Arc<Root> {
        &self.root
    }

    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    /// The directory that it is in; `None` for a root.
    pub(crate) fn parent(&self) -> Option<&Arc<Self>> {
        self.parent.as_ref()
    }

    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    pub(crate) fn device(&self) -> u64 {
        self.device
    }

    /// The path of its root, as it was given.
    pub(crate) fn root_path(&self) -> &[u8] {
        self.root.path()
    }

    /// What identifies its root.
    pub(super) fn root_id(&self) -> FileId {
        self.root.id()
    }

    /// Whether files in it may share bytes, as far as its file system tells;
    /// while it is open.
    pub(crate) fn may_share_bytes(&self) -> bool {
        self.live().is_some_and(|it| it.directory().may_share_bytes())
    }

    /// The length of a child directory's path, with the slash at its end.
    pub(super) fn length_of_child(&self, name: &[u8]) -> usize {
        self.length.saturating_add(name.len() + 1)
    }

    /// Appends the directory's path, with a slash at its end unless it is
    /// empty.
    pub(crate) fn write_path(&self, out: &mut Vec<u8>) {
        let mut end = out.len() + self.length;
        out.resize(end, b'/');
        let mut node = self;
        loop {
            // Names but the root's lack their slash; `resize` wrote it.
            let slash = usize::from(node.parent.is_some());
            let start = end - slash - node.name.len();
            if let Some(place) = out.get_mut(start..end - slash) {
                place.copy_from_slice(&node.name);
            }
            end = start;
            match &node.parent {
                Some(parent) => node = parent,
                None => return,
            }
        }
    }

    /// Appends the directory's path below the root: nothing for the root
    /// itself, otherwise a path with a slash at its end.
    pub(crate) fn write_path_below_root(&self, out: &mut Vec<u8>) {
        let mut root = self;
        while let Some(parent) = &root.parent {
            root = parent;
        }
        let (start, above) = (out.len(), root.length);
        self.write_path(out);
        out.drain(start..start + above);
    }

    /// The directory's path, with a slash at its end unless it is empty.
    pub(crate) fn path(&self) -> Vec<u8> {
        let mut path = Vec::with_capacity(self.length);
        self.write_path(&mut path);
        path
    }

    /// The path of an entry; of the directory itself where the name is empty.
    pub(crate) fn entry(&self, name: &[u8]) -> PathBuf {
        let mut path = Vec::with_capacity(self.length + name.len());
        self.write_path(&mut path);
        path.extend_from_slice(name);
        if name.is_empty() && path.len() > 1 && path.ends_with(b"/") {
            path.pop();
        }
        PathBuf::from(OsString::from_vec(path))
    }

    /// The length of the root's path in it, with its slash.
    pub(crate) fn root_prefix(&self) -> usize {
        self.root.prefix()
    }

    /// The directory's path below the root, with a slash at its end unless it
    /// is empty.
    pub(crate) fn relative(&self) -> Vec<u8> {
        self.path().split_off(self.root.prefix())
    }

    /// Its handle, where it is open.
    pub(super) fn live(&self) -> Option<Arc<Handle>> {
        let kept = self.parent.is_none().then(|| self.root.handle());
        kept.flatten().or_else(|| self.slot().upgrade())
    }

    fn slot(&self) -> MutexGuard<'_, Weak<Handle>> {
        lock(&self.handle)
    }

    /// Sets the handle of a directory that was reopened.
    pub(super) fn set_handle(&self, handle: &Arc<Handle>) {
        *self.slot() = Arc::downgrade(handle);
    }

    /// Opens the directory unless it is open.
    pub(crate) fn reopen(self: &Arc<Self>) -> Result<Open, Cause> {
        // Those to be opened, the deepest first.
        let mut below: Vec<&Arc<Self>> = Vec::new();
        let mut node = self;
        let mut handle = loop {
            match (node.live(), &node.parent) {
                (Some(handle), _) => break handle,
                (None, Some(parent)) => {
                    below.push(node);
                    node = parent;
                }
                (None, None) => {
                    let handle = self.root.open_again()?;
                    node.set_handle(&handle);
                    break handle;
                }
            }
        };
        while !below.is_empty() {
            // Half of the way, then half of the rest, and so on.
            let rest = match below.len() {
                far if far > NEAR => far / 2,
                _ => 0,
            };
            let way = below.split_off(rest);
            // Never empty: the rest is less than all.
            let Some(node) = way.first() else { break };
            handle = self.root.descend(&handle, &way)?;
            node.set_handle(&handle);
            if rest > 0 {
                self.root.keep_between(node.depth(), &handle);
            }
        }
        Ok(self.with(handle))
    }

    /// The same directory, open.
    pub(crate) fn with(self: &Arc<Self>, handle: Arc<Handle>) -> Open {
        let ignoring = InForce::default();
        Open { node: Arc::clone(self), handle, ignoring }
    }
}

/// Drops unshared ancestors in a loop. Recursion would take as much stack as
/// the tree is deep.
impl Drop for Node {
    fn drop(&mut self) {
        let mut above = self.parent.take();
        while let Some(mut node) = above.and_then(Arc::into_inner) {
            above = node.parent.take();
        }
    }
}

/// An entry of a directory: its directory, its name, and whether it is one
/// itself.
pub(crate) type EntryPath<'a> = (&'a Arc<Node>, &'a [u8], bool);

/// Compares two entries by the bytes of their paths; a directory's ends in a
/// slash. Looks only at the components below their common ancestor.
pub(crate) fn by_path(a: EntryPath<'_>, b: EntryPath<'_>) -> Ordering {
    let (
        (mut a_node, mut a_name, mut a_is_dir),
        (mut b_node, mut b_name, mut b_is_dir),
    ) = (a, b);
    while !Arc::ptr_eq(a_node, b_node) {
        let (a_up, b_up) =
            (a_node.depth >= b_node.depth, b_node.depth >= a_node.depth);
        for (up, node, name, is_dir) in [
            (a_up, &mut a_node, &mut a_name, &mut a_is_dir),
            (b_up, &mut b_node, &mut b_name, &mut b_is_dir),
        ] {
            if !up {
                continue;
            }
            let Some(parent) = &node.parent else {
                return whole(a).cmp(&whole(b));
            };
            *name = &node.name;
            *is_dir = true;
            *node = parent;
        }
    }
    match order::by_path((a_name, a_is_dir), (b_name, b_is_dir)) {
        Ordering::Equal => whole(a).cmp(&whole(b)),
        order => order,
    }
}

/// The whole path of an entry.
fn whole((node, name, is_dir): EntryPath<'_>) -> Vec<u8> {
    let mut path = node.path();
    path.extend_from_slice(name);
    if is_dir {
        path.push(b'/');
    }
    path
}

#[cfg(test)]
mod tests;
