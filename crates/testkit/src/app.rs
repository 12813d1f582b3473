//! The server of one test, and calls to it.

use std::{cell::Cell, fmt, net::SocketAddr, rc::Rc, sync::Arc};

use actix_web::{
    body::to_bytes,
    dev::Service as _,
    http::Method,
    test::{self, TestRequest},
    web,
};
use backend::{
    app::Front, audit::AuditRow, clock::Clock, config::Config, error::AppError, http::cookie_name, spa::Spa,
    state::State,
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use db::{Conn, Db, schema::audit_entries};
use diesel::prelude::*;
use futures_util::future::LocalBoxFuture;
use secrets::keys::InstanceKeys;
use serde_json::Value;
use shared::contract::{Endpoint, query_string, url};

use crate::{Answer, As, Pieces, database::Database};

/// When every test begins: a Monday.
pub const START: NaiveDateTime = NaiveDateTime::new(
    match NaiveDate::from_ymd_opt(2026, 3, 2) {
        Some(day) => day,
        None => NaiveDate::MIN,
    },
    match NaiveTime::from_hms_opt(10, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    },
);

/// The app in the browser, if a test does not say another.
const PAGE: &[u8] = b"<!doctype html><html lang=\"en\"><title>Clearance</title></html>";

type Sender = dyn Fn(TestRequest) -> LocalBoxFuture<'static, Pieces>;

/// A server in memory with a database of its own.
pub struct TestApp {
    /// What the server holds.
    pub state: web::Data<State>,
    /// What stands at its door.
    pub front: web::Data<Front>,
    /// The server's clock; it stands still until it is moved.
    pub clock: Clock,
    send: Rc<Sender>,
    peer: Cell<SocketAddr>,
    // Dropped after the pools above it.
    database: Arc<Database>,
}

impl fmt::Debug for TestApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestApp")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// What the servers of one race share.
pub(crate) struct Parts {
    state: web::Data<State>,
    front: web::Data<Front>,
    peer: SocketAddr,
    database: Arc<Database>,
}

impl TestApp {
    /// A server that nobody has set up yet.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn with(settings: impl FnOnce(&mut Config)) -> Self {
        let page = ("index.html".to_owned(), web::Bytes::from_static(PAGE));
        Self::with_files([page], settings).await
    }

    /// The same with other files of the app in the browser, by their names below the root.
    pub async fn with_files(
        files: impl IntoIterator<Item = (String, web::Bytes)>,
        settings: impl FnOnce(&mut Config),
    ) -> Self {
        let clock = Clock::manual(START);
        let database = Arc::new(Database::make(&clock.new_id().simple().to_string()));
        let mut config = Config::for_tests();
        config.data_dir = database.folder.path().to_owned();
        config.database_connections = 4;
        config.password_permits = Some(2);
        settings(&mut config);
        let db = Db::open(database.kind.clone(), config.database_connections);
        let state = web::Data::new(State::new(config, db, InstanceKeys::for_tests(), clock));
        let front = web::Data::new(Front::new(&state, Spa::of(files)));
        let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
        Self::around(Parts {
            state,
            front,
            peer,
            database,
        })
        .await
    }

    pub(crate) fn parts(&self) -> Parts {
        Parts {
            state: self.state.clone(),
            front: self.front.clone(),
            peer: self.peer.get(),
            database: Arc::clone(&self.database),
        }
    }

    pub(crate) async fn around(parts: Parts) -> Self {
        Self {
            clock: parts.state.clock().clone(),
            send: server(parts.state.clone(), parts.front.clone()).await,
            peer: Cell::new(parts.peer),
            state: parts.state,
            front: parts.front,
            database: parts.database,
        }
    }

    /// From now on, calls come from this network address.
    pub fn calls_from(&self, address: &str) {
        let address = address.parse().expect("an IP address");
        self.peer.set(SocketAddr::new(address, 40_000));
    }

    /// Calls an endpoint.
    pub async fn call<E: Endpoint>(
        &self,
        who: impl Into<As>,
        path: E::Path,
        query: E::Query,
        body: E::Body,
    ) -> Answer<E::Reply> {
        let address = url::<E>(&path) + &query_string(&query);
        let mut request = self.request(E::METHOD.as_str(), &address, who);
        let body = serde_json::to_value(&body).expect("a body can be written as JSON");
        if !body.is_null() {
            request = request.set_json(body);
        }
        let answer = self.raw(request).await;
        Answer::new(answer.status, answer.headers, answer.body)
    }

    /// Calls an action of the `ClearML` wire, without a version in its address.
    pub async fn wire(&self, action: &str, body: Value, who: impl Into<As>) -> Answer<Value> {
        let request = self.request("POST", &format!("/api/{action}"), who);
        self.raw(request.set_json(body)).await
    }

    /// A request with the caller's headers, to be completed and sent with [`Self::raw`].
    pub fn request(&self, method: &str, address: &str, who: impl Into<As>) -> TestRequest {
        let config = self.state.config();
        let host = config
            .public_url
            .as_ref()
            .and_then(|url| url.host_str())
            .unwrap_or("localhost");
        let request = TestRequest::with_uri(address)
            .method(Method::from_bytes(method.as_bytes()).expect("a method"))
            .insert_header(("host", host));
        who.into().dress(request, cookie_name(config))
    }

    /// Sends a request as it is.
    pub async fn raw(&self, request: TestRequest) -> Answer<Value> {
        let begun = self.begin(request).await;
        let body = to_bytes(begun.body).await.expect("a body that arrives whole");
        Answer::new(begun.status, begun.headers, body)
    }

    /// Sends a request and reads only the head of its answer.
    pub async fn begin(&self, request: TestRequest) -> Pieces {
        (self.send)(request.peer_addr(self.peer.get())).await
    }

    /// Runs queries that change nothing.
    pub fn db<T>(&self, f: impl FnOnce(&mut Conn) -> QueryResult<T>) -> T {
        self.state
            .db()
            .read(|conn| f(conn).map_err(AppError::from))
            .expect("a query of the test")
    }

    /// Changes rows behind the server's back, without an entry in the journal.
    pub fn change<T>(&self, f: impl FnOnce(&mut Conn) -> QueryResult<T>) -> T {
        self.state
            .db()
            .write(|conn| f(conn).map_err(AppError::from))
            .expect("a change of the test")
    }

    /// The journal, the oldest entry of each chain first.
    pub fn journal(&self) -> Vec<AuditRow> {
        self.db(|conn| {
            audit_entries::table
                .order((audit_entries::chain, audit_entries::seq))
                .load(conn)
        })
    }
}

/// Builds the server. The only place that does.
async fn server(state: web::Data<State>, front: web::Data<Front>) -> Rc<Sender> {
    let service = Rc::new(test::init_service(backend::app::assemble(state, front)).await);
    Rc::new(move |request| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let response = match service.call(request.to_request()).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            Pieces {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                body: response.into_body(),
            }
        })
    })
}
