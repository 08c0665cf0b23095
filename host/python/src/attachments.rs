//! Job attachments: what `rusty_attachments` wraps. A call works in a thread
//! of its own; the thread that called sees to signals and to the callback.

mod calls;
mod objects;

pub(crate) use calls::{
    attachments_create, attachments_download, attachments_expand,
    attachments_fetch_manifest, attachments_hash, attachments_outputs,
    attachments_submit, attachments_sync_inputs, attachments_sync_outputs,
    attachments_upload, attachments_upload_manifest,
};
pub(crate) use objects::{
    AttachmentCancel, AttachmentFailure, AttachmentGlobs, AttachmentManifest,
    attachments_document, attachments_parse,
};
