//! Requests that the server itself makes to hosts that people name. They go to the public internet only, unless the settings
//! name a host: names are resolved here, and what is connected to is the address that was looked at. Nothing of the
//! environment is used, no proxy and no credentials; no answer leads elsewhere; every answer is bounded.

pub mod addresses;
mod fault;

use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::{Stream, TryStreamExt as _, stream};
use reqwest::{
    Client, Method, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    header::HeaderMap,
    redirect, retry,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use url::{Host, Url};

pub use self::fault::Fault;
use self::{addresses::is_public, fault::Closed};

/// Questions that are under way at the same time, and long answers that are being passed on.
const AT_A_TIME: (usize, usize) = (64, 32);
/// How long passing an answer on may take.
const LONGEST: Duration = Duration::from_mins(15);
/// How long a connection may take to come about.
const TO_CONNECT: Duration = Duration::from_secs(5);
/// How long nothing may come.
const SILENCE: Duration = Duration::from_secs(8);
/// Pieces of a long answer that wait for whoever reads it.
const PIECES_AHEAD: usize = 4;
/// The most headers of an answer.
const MOST_HEADERS: usize = 100;

/// Where names come from.
#[derive(Debug, Clone)]
enum Names {
    /// The machine's own resolver.
    System,
    /// Names and their addresses, for tests.
    #[cfg(test)]
    Fixed(Vec<(&'static str, Vec<IpAddr>)>),
}

/// What the server asks other hosts with.
#[derive(Debug)]
pub struct Outbound {
    names: Names,
    /// Hosts with their port that may be anywhere.
    allowed: Vec<String>,
    questions: Arc<Semaphore>,
    passed_on: Arc<Semaphore>,
    // Made when first used: reading the machine's certificates takes longer than starting the rest.
    clients: OnceLock<Option<Clients>>,
}

/// A piece of a long answer, its end, or what went wrong.
type Passed = Result<Option<bytes::Bytes>, Fault>;

#[derive(Debug)]
struct Clients {
    /// Reaches the public internet only.
    guarded: Client,
    /// Reaches every host; for those that the settings allow.
    open: Client,
}

/// What a host answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// As much of the body as was asked for.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Outbound {
    /// For a server whose settings allow these hosts (`host:port`) wherever they are.
    #[must_use]
    pub fn new(allowed: &[String]) -> Self {
        Self {
            names: Names::System,
            allowed: allowed.iter().map(|host| host.to_ascii_lowercase()).collect(),
            questions: Arc::new(Semaphore::new(AT_A_TIME.0)),
            passed_on: Arc::new(Semaphore::new(AT_A_TIME.1)),
            clients: OnceLock::new(),
        }
    }

    /// Asks; of the body at most `most_bytes` are read. Everything together takes no longer than `within`.
    pub async fn ask(
        &self,
        method: Method,
        url: Url,
        range: Option<&str>,
        most_bytes: usize,
        within: Duration,
    ) -> Result<Answer, Fault> {
        let asked = async {
            let _permit = permit(&self.questions)?;
            let response = self.send(method, url, range).await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = read(response, most_bytes).await?;
            Ok(Answer {
                status,
                headers,
                body,
            })
        };
        tokio::time::timeout(within, asked)
            .await
            .unwrap_or_else(|_elapsed| Err(Fault::TimedOut))
    }

    /// Sends JSON to an address out of the settings, which may be anywhere; answers the status. Takes no longer than `within`.
    pub async fn tell(&self, url: Url, json: Vec<u8>, within: Duration) -> Result<u16, Fault> {
        let client = &self.clients()?.open;
        let told = async {
            let _permit = permit(&self.questions)?;
            let request = client.post(url).header("content-type", "application/json");
            let answer = request
                .body(json)
                .send()
                .await
                .map_err(|error| Fault::of(&error))?;
            Ok(answer.status().as_u16())
        };
        tokio::time::timeout(within, told)
            .await
            .unwrap_or(Err(Fault::TimedOut))
    }

    /// Asks for something long: its status, and its body piece by piece, which fails where it is longer than `most_bytes`.
    pub async fn open(
        &self,
        url: Url,
        most_bytes: u64,
    ) -> Result<(u16, impl Stream<Item = Result<bytes::Bytes, Fault>> + use<>), Fault> {
        let permit = permit(&self.passed_on)?;
        let response = self.send(Method::GET, url, None).await?;
        let status = response.status().as_u16();
        let (into, out) = mpsc::channel(PIECES_AHEAD);
        // Neither who sends a little now and then nor who does not read holds the place for ever.
        tokio::spawn(async move {
            let _held = permit;
            let _elapsed = tokio::time::timeout(LONGEST, pump(response, most_bytes, into)).await;
        });
        Ok((status, stream::unfold(Some(out), next_piece)))
    }

    async fn send(&self, method: Method, url: Url, range: Option<&str>) -> Result<Response, Fault> {
        let client = self.client_for(&url)?;
        let mut request = client.request(method, url);
        if let Some(range) = range {
            request = request.header("range", range);
        }
        request.send().await.map_err(|error| Fault::of(&error))
    }

    fn clients(&self) -> Result<&Clients, Fault> {
        let made = self.clients.get_or_init(|| Clients::new(&self.names).ok());
        made.as_ref().ok_or(Fault::Tls)
    }

    /// The client that may go there.
    fn client_for(&self, url: &Url) -> Result<&Client, Fault> {
        let host = url.host().ok_or(Fault::Unreachable)?;
        let clients = self.clients()?;
        let port = url.port_or_known_default().unwrap_or_default();
        if self.allowed.contains(&format!("{host}:{port}")) {
            return Ok(&clients.open);
        }
        // Whoever connects does not ask for the addresses of what is one already.
        let address: Option<IpAddr> = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        };
        match address {
            Some(address) if !is_public(address) => Err(Fault::Private),
            _ => Ok(&clients.guarded),
        }
    }
}

fn permit(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Fault> {
    Arc::clone(places)
        .try_acquire_owned()
        .map_err(|_none_left| Fault::Busy)
}

/// Hands the body on piece by piece, and then that it has ended; or what went wrong.
async fn pump(response: Response, most_bytes: u64, into: mpsc::Sender<Passed>) {
    let mut pieces = response.bytes_stream();
    let mut passed = 0;
    loop {
        let piece = pieces.try_next().await.map_err(|error| Fault::of(&error));
        passed += piece
            .iter()
            .flatten()
            .map(|piece| piece.len() as u64)
            .sum::<u64>();
        let piece = if passed > most_bytes {
            Err(Fault::Unreadable)
        } else {
            piece
        };
        let is_last = !matches!(piece, Ok(Some(_)));
        if into.send(piece).await.is_err() || is_last {
            return;
        }
    }
}

/// The next piece that was handed on. Without a last one, what was under way took too long.
async fn next_piece(
    out: Option<mpsc::Receiver<Passed>>,
) -> Option<(Result<bytes::Bytes, Fault>, Option<mpsc::Receiver<Passed>>)> {
    let mut out = out?;
    match out.recv().await {
        Some(Ok(Some(piece))) => Some((Ok(piece), Some(out))),
        Some(Ok(None)) => None,
        Some(Err(fault)) => Some((Err(fault), None)),
        None => Some((Err(Fault::TimedOut), None)),
    }
}

async fn read(response: Response, most_bytes: usize) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.try_next().await.map_err(|error| Fault::of(&error))? {
        let room = most_bytes - body.len();
        body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        if body.len() == most_bytes {
            break;
        }
    }
    Ok(body)
}

impl Clients {
    fn new(names: &Names) -> Result<Self, Box<dyn Error>> {
        let tls = tls()?;
        let resolver = |public_only| Resolver {
            names: names.clone(),
            public_only,
        };
        Ok(Self {
            guarded: client(tls.clone(), resolver(true))?,
            open: client(tls, resolver(false))?,
        })
    }
}

fn client(tls: rustls::ClientConfig, resolver: Resolver) -> Result<Client, reqwest::Error> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(resolver))
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .http1_only()
        .http1_max_headers(MOST_HEADERS)
        .connect_timeout(TO_CONNECT)
        .read_timeout(SILENCE)
        // A host may close what is kept open just when it is used again.
        .pool_max_idle_per_host(0)
        .user_agent("clearance")
        .build()
}

/// TLS as the rest of the server does it. Believed are the authorities that browsers believe, and those that the machine's
/// owner added.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Looks names up; with `public_only`, a name with any address that is not public has none.
struct Resolver {
    names: Names,
    public_only: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, public_only) = (self.names.clone(), self.public_only);
        Box::pin(async move {
            let addresses = names.of(name.as_str()).await?;
            if public_only && !addresses.iter().all(|address| is_public(*address)) {
                return Err(Closed.into());
            }
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

impl Names {
    async fn of(&self, name: &str) -> Result<Vec<IpAddr>, Box<dyn Error + Send + Sync>> {
        let found: Vec<IpAddr> = match self {
            Self::System => {
                let found = tokio::net::lookup_host((name, 0)).await;
                let found = found.map_err(|_whatever| fault::NoSuchName)?;
                found.map(|address| address.ip()).collect()
            }
            #[cfg(test)]
            Self::Fixed(all) => {
                let found = all.iter().find(|(known, _)| *known == name);
                found.map(|(_, found)| found.clone()).unwrap_or_default()
            }
        };
        if found.is_empty() {
            return Err(fault::NoSuchName.into());
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
