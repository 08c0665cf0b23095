//! The description of the interface, as OpenAPI has it.

use std::sync::Arc;

use axum::{Json, Router, routing::get};
use utoipa::{
    OpenApi as _, PartialSchema as _,
    openapi::{
        ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{
            HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};

use crate::{
    app::App,
    problem::{MEDIA_TYPE, ProblemDocument},
};

/// What every request can be refused with.
const PROBLEMS: &[(&str, &str)] = &[
    ("400", "The request is not understood"),
    ("401", "Nobody is signed in"),
    ("403", "The caller may not do that, or another site asks for it"),
    ("404", "There is nothing of that name"),
    ("406", "There is no such format"),
    ("409", "It is in conflict with what is there"),
    ("412", "It has changed meanwhile"),
    ("413", "The body is too large"),
    ("415", "The body is not JSON"),
    ("421", "The service is not known by that name"),
    ("422", "A value makes no sense"),
    ("429", "There are too many requests"),
    ("503", "It is too much at the moment"),
    ("504", "It took too long"),
];

/// What the description begins with.
#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Sanchay",
    description = "Scans, digests, duplicates, snapshots and their results, \
                   as jobs.",
))]
struct Base;

/// The description without its requests.
pub(crate) fn base() -> OpenApi {
    let mut document = Base::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    document.info.license = None;
    let components = document.components.get_or_insert_default();
    components.schemas.insert("Problem".to_owned(), ProblemDocument::schema());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components
        .security_schemes
        .insert("bearer".to_owned(), SecurityScheme::Http(bearer).into());
    document
}

/// The request for the description.
pub(crate) fn documented(document: OpenApi) -> Router<Arc<App>> {
    let document = Arc::new(completed(document));
    let answer = move || {
        let document = Arc::clone(&document);
        async move { Json((*document).clone()) }
    };
    Router::new().route("/openapi.json", get(answer))
}

/// The description with what all requests have in common.
pub(crate) fn completed(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            complete(path, operation);
        }
    }
    document
}

fn complete(path: &str, operation: &mut Operation) {
    let reference = Ref::from_schema_name("Problem");
    for (status, text) in PROBLEMS {
        let content =
            ContentBuilder::new().schema(Some(reference.clone())).build();
        let response = ResponseBuilder::new()
            .description(*text)
            .content(MEDIA_TYPE, content)
            .build();
        operation
            .responses
            .responses
            .entry((*status).to_owned())
            .or_insert(RefOr::T(response));
    }
    if path != "/health" && !path.starts_with("/api/v1/downloads") {
        let requirement =
            SecurityRequirement::new("bearer", Vec::<String>::new());
        operation.security.get_or_insert_with(|| vec![requirement]);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_request_is_described_with_its_problems() {
        let (_, document) = crate::api::routes();
        let document = super::completed(document);
        let text = serde_json::to_value(&document).unwrap();
        let paths = text["paths"].as_object().unwrap();
        assert!(paths.len() > 10);
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                let responses = &operation["responses"];
                assert!(responses["422"].is_object(), "{method} {path}");
                assert!(
                    operation["summary"].is_string(),
                    "{method} {path} has no summary"
                );
            }
        }
        assert!(text["components"]["schemas"]["Problem"].is_object());
    }
}
