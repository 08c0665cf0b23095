//! The interface: one module for each thing that requests are about. What
//! each request takes and answers stands with its function, and the
//! description at `/openapi.json` is made of that.

pub(crate) mod assets;
pub(crate) mod description;
mod diffs;
mod estimates;
mod events;
mod groups;
mod jobs;
mod lookup;
mod origin;
mod pairs;
mod pictures;
mod plans;
mod renames;
mod results;
mod roots;
mod session;
mod snapshots;
mod stores;
mod summary;
mod system;
mod tokens;
mod views;

use std::sync::Arc;

use axum::{Router, extract::FromRequestParts};
use http::request::Parts;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use self::{
    description::documented,
    pictures::{Thumbnail, thumbnails},
};
use crate::{app::App, problem::Problem, rights::Caller};

/// The requests, and what is said of them.
pub(crate) fn routes() -> (Router<Arc<App>>, OpenApi) {
    OpenApiRouter::with_openapi(description::base())
        .routes(routes!(session::sign_in, session::get, session::sign_out))
        .routes(routes!(tokens::list, tokens::make))
        .routes(routes!(tokens::revoke))
        .routes(routes!(roots::list))
        .routes(routes!(roots::entries))
        .routes(routes!(roots::browse))
        .routes(routes!(jobs::list, jobs::begin))
        .routes(routes!(jobs::get, jobs::cancel))
        .routes(routes!(jobs::errors))
        .routes(routes!(jobs::scan))
        .routes(routes!(results::of_job))
        .routes(routes!(results::named))
        .routes(routes!(renames::preview))
        .routes(routes!(plans::make))
        .routes(routes!(plans::get))
        .routes(routes!(plans::of_job))
        .routes(routes!(plans::steps))
        .routes(routes!(plans::apply))
        .routes(routes!(plans::apply_of_job))
        .routes(routes!(plans::undo))
        .routes(routes!(plans::undo_of_job))
        .routes(routes!(views::make))
        .routes(routes!(views::get))
        .routes(routes!(views::rows))
        .routes(routes!(views::locate))
        .routes(routes!(views::export))
        .routes(routes!(views::download))
        .routes(routes!(lookup::lookup, lookup::by_hash))
        .routes(routes!(lookup::filter))
        .routes(routes!(snapshots::list))
        .routes(routes!(snapshots::files))
        .routes(routes!(snapshots::tree))
        .routes(routes!(snapshots::tree_of_job))
        .routes(routes!(diffs::get))
        .routes(routes!(diffs::files))
        .routes(routes!(diffs::tree))
        .routes(routes!(diffs::steepest))
        .routes(routes!(summary::get))
        .routes(routes!(pictures::thumbnail))
        .routes(routes!(pictures::preview))
        .routes(routes!(estimates::estimate))
        .routes(routes!(stores::list))
        .routes(routes!(stores::snapshots))
        .routes(routes!(groups::rules, groups::set_rules))
        .routes(routes!(groups::list))
        .routes(routes!(groups::mark))
        .routes(routes!(pairs::list))
        .routes(routes!(pairs::keep_side))
        .routes(routes!(events::all))
        .routes(routes!(events::of_job))
        .routes(routes!(system::health))
        .routes(routes!(system::ready))
        .routes(routes!(system::metrics))
        .routes(routes!(system::inspector))
        .split_for_parts()
}

/// Who sends the request, which the guard found out.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Problem::unauthorized("Sign in first: POST /api/v1/session.")
        })
    }
}
