//! Pictures: small copies of them, which are decoded in the sandbox, and the
//! files of those that browsers show themselves, as they are.

use std::{ffi::OsStr, path::Path, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use sanchay::{Metadata, PreviewSize, storage::File};
use sanchay_names::OsStrExt as _;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_128;

use super::assets::{cached, is_known};
use crate::{
    app::App,
    below::{Below, PathParams, outside},
    blocking::blocking,
    extract::Params,
    problem::Problem,
    rights::{Caller, Right},
    shelf::Shelf,
};

/// How large a file may be that is sent as it is, in bytes.
const LARGEST: u64 = 32 << 20;

/// How many small copies are kept, for how long, and how many are made at a
/// time. One has at most 173 kB; making one takes up to 512 MiB of memory.
const MOST: usize = 256;
const KEPT: Duration = Duration::from_secs(10 * 60);
const TOGETHER: usize = 2;

/// How long a request waits for one.
const PATIENCE: Duration = Duration::from_secs(20);

/// The image types that browsers show, by extension.
const TYPES: &[(&str, &str)] = &[
    ("apng", "image/apng"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("gif", "image/gif"),
    ("jfif", "image/jpeg"),
    ("jpe", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
];

/// The width and the height of the picture itself, in pixels.
const WIDTH: HeaderName = HeaderName::from_static("x-picture-width");
const HEIGHT: HeaderName = HeaderName::from_static("x-picture-height");

/// A small copy, and the size of the picture itself.
#[derive(Debug)]
pub(crate) struct Thumbnail {
    bitmap: Vec<u8>,
    width: u32,
    height: u32,
}

/// Room for small copies.
pub(crate) fn thumbnails() -> Shelf<Thumbnail> {
    Shelf::new(MOST, KEPT, TOGETHER)
}

/// Which picture.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PictureParams {
    /// Its whole path, as records have it.
    path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    path_base64: Option<String>,
}

/// A file that is open.
struct Opened {
    name: Vec<u8>,
    file: File,
    metadata: Metadata,
    /// What tells this state of it from others.
    etag: String,
}

/// Opens a file below a root, name by name; no link is followed.
async fn opened(
    app: &Arc<App>,
    params: PictureParams,
) -> Result<Opened, Problem> {
    let PictureParams { path, path_base64 } = params;
    let path = PathParams { path, path_base64 }.bytes()?;
    let roots = app.roots.clone();
    blocking(move || {
        let whole = Path::new(OsStr::from_bytes(&path));
        let (root, rest) = roots.containing(whole).ok_or_else(outside)?;
        let below = Below::new(rest.as_os_str().as_bytes().to_vec())?;
        let (file, metadata) = root.file(&below)?;
        let name = below.names().last().unwrap_or_default().to_vec();
        let (id, changed) = (metadata.id, metadata.changed);
        let state = format!("{id:?} {changed:?} {}", metadata.size);
        let etag = format!("\"i{:032x}\"", xxh3_128(state.as_bytes()));
        Ok(Opened { name, file, metadata, etag })
    })
    .await
}

/// A small copy of a picture
///
/// It is decoded in the sandbox: JPEG, PNG, WebP, GIF, BMP and TIFF, files of
/// up to 64 MiB. The copy is a BMP of at most 240 pixels in either direction.
#[utoipa::path(
    get, path = "/api/v1/thumbnail", tag = "pictures",
    params(PictureParams),
    responses(
        (status = 200, description = "A small copy", body = Vec<u8>,
            content_type = "image/bmp",
            headers(
                ("X-Picture-Width" = u32,
                    description = "Of the picture itself, in pixels"),
                ("X-Picture-Height" = u32,
                    description = "Of the picture itself, in pixels"))),
        (status = 304)),
)]
pub(crate) async fn thumbnail(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<PictureParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let Opened { name, file, metadata, etag } = opened(&app, params).await?;
    let caching = "private, no-cache";
    if is_known(&headers, &etag) {
        return Ok(cached(&headers, &etag, "image/bmp", caching, ""));
    }
    let theirs = Arc::clone(&app);
    let slot = app.thumbnails.get(&etag, move || {
        let engine = &theirs.reading_engine;
        let told = engine.picture_preview(
            &name,
            &file,
            &metadata,
            PreviewSize::Small,
        );
        let told = told.map_err(|why| undecoded(&why.to_string()))?;
        let copy = told
            .ok_or_else(|| undecoded("its name is not that of a picture"))?;
        let (width, height) = (copy.width, copy.height);
        Ok(Thumbnail { bitmap: copy.bitmap, width, height })
    });
    let copy = slot.ready(PATIENCE).await?;
    let body = copy.bitmap.clone();
    let mut response = cached(&headers, &etag, "image/bmp", caching, body);
    let answered = response.headers_mut();
    answered.insert(WIDTH, HeaderValue::from(copy.width));
    answered.insert(HEIGHT, HeaderValue::from(copy.height));
    Ok(response.into_response())
}

/// The file of a picture that browsers show, as it is
#[utoipa::path(
    get, path = "/api/v1/preview", tag = "pictures",
    params(PictureParams),
    responses(
        (status = 200, description = "The file", content(
            (Vec<u8> = "image/apng"),
            (Vec<u8> = "image/avif"),
            (Vec<u8> = "image/bmp"),
            (Vec<u8> = "image/gif"),
            (Vec<u8> = "image/jpeg"),
            (Vec<u8> = "image/png"),
            (Vec<u8> = "image/webp"),
        )),
        (status = 304)),
)]
pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    Params(params): Params<PictureParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.needs(Right::Read)?;
    let Opened { name, file, metadata, etag } = opened(&app, params).await?;
    let kind = type_of(&name).ok_or_else(|| {
        Problem::invalid(
            "A preview is of a picture that browsers show, by its extension.",
        )
        .with("option", "path")
    })?;
    if metadata.size > LARGEST {
        return Err(Problem::invalid(
            "A picture of more than 32 MiB has no preview.",
        )
        .of_kind("picture-too-large")
        .with("option", "path"));
    }
    let caching = "private, no-cache";
    if is_known(&headers, &etag) {
        return Ok(cached(&headers, &etag, kind, caching, ""));
    }
    let body = blocking(move || {
        let size = usize::try_from(metadata.size.min(LARGEST));
        let mut bytes = vec![0; size.unwrap_or(0)];
        let read = file.read_full_at(&mut bytes, 0).map_err(|error| {
            tracing::debug!(%error, "a picture cannot be read");
            Problem::conflict("The file cannot be read.")
        })?;
        // It may have become shorter meanwhile.
        bytes.truncate(read);
        Ok(bytes)
    });
    Ok(cached(&headers, &etag, kind, caching, body.await?))
}

/// The image type of a file, by its name.
fn type_of(name: &[u8]) -> Option<&'static str> {
    let extension = Path::new(OsStr::from_bytes(name)).extension()?;
    let known = TYPES.iter().find(|(it, _)| {
        extension.as_bytes().eq_ignore_ascii_case(it.as_bytes())
    });
    known.map(|(_, kind)| *kind)
}

fn undecoded(why: &str) -> Problem {
    Problem::invalid(format!("There is no small copy: {why}."))
        .of_kind("no-picture")
        .with("option", "path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_that_browsers_show_and_run_nothing_of() {
        for (name, kind) in [
            ("a.JPG", Some("image/jpeg")),
            ("b.png", Some("image/png")),
            ("c.svg", None),
            ("d.html", None),
            (".png", None),
            ("png", None),
            ("e.png.exe", None),
        ] {
            assert_eq!(type_of(name.as_bytes()), kind, "{name}");
        }
    }
}
