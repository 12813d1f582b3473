//! Puts the server together: every mount, what stands before them, and what answers where nothing is mounted.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use shared::error::ErrorCode;

use crate::{
    error::AppError,
    features,
    http::{Mount, request_id},
};

/// Mounts everything.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Mount>> = BTreeMap::new();
    for mount in features::mounts() {
        by_path.entry(mount.path).or_default().push(mount);
    }
    for (path, mounts) in by_path {
        let resource = web::resource(path).default_service(web::to(method_not_allowed));
        cfg.service(
            mounts
                .into_iter()
                .fold(resource, |resource, mount| resource.route(mount.into_route())),
        );
    }
}

async fn method_not_allowed(req: HttpRequest) -> HttpResponse {
    AppError::from(ErrorCode::MethodNotAllowed).response(&request_id(&req))
}
