//! Storages on this machine that check signatures: `s3s-fs` for S3 in this process, Azurite for Azure in another.

use std::{
    convert::Infallible,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{OnceLock, mpsc},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use s3s::{
    Body, S3Result,
    auth::{S3Auth, SecretKey},
    s3_error,
    service::{S3Service, S3ServiceBuilder},
};
use sha2::Sha256;
use tempfile::TempDir;

pub const KEY: &str = "AKIACLEARANCE1";
pub const SECRET: &str = "s3cret/Of+TheBucket=7xq";
/// A key that works only with [`TOKEN`].
pub const SESSION_KEY: &str = "ASIACLEARANCE1";
pub const TOKEN: &str = "FwoGZXIvYXdzEBYaDH+session/token==";
/// A key that may read objects and list nothing.
pub const READER_KEY: &str = "AKIAREADER1";
/// A key whose buckets are in another region.
pub const ABROAD_KEY: &str = "AKIAABROAD1";

/// The page that is in the storage.
pub const PAGE: &str = "<!doctype html><script>document.title='ran'</script><p>hello";

/// The storage for S3.
#[derive(Debug)]
pub struct S3 {
    /// Host with port.
    pub host: String,
    folder: TempDir,
}

/// The storage that every test of this process shares.
pub fn s3() -> &'static S3 {
    static S3: OnceLock<S3> = OnceLock::new();
    S3.get_or_init(S3::start)
}

impl S3 {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let (tell, told) = mpsc::channel();
        let root = folder.path().to_owned();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(root).unwrap());
                builder.set_auth(Keys);
                let service = builder.build();
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap().to_string()).unwrap();
                loop {
                    let (connection, _) = listener.accept().await.unwrap();
                    let service = service.clone();
                    tokio::spawn(async move {
                        let answer = service_fn(|request| answer(&service, request));
                        let _ = http1::Builder::new()
                            .serve_connection(TokioIo::new(connection), answer)
                            .await;
                    });
                }
            });
        });
        let storage = Self {
            host: told.recv().unwrap(),
            folder,
        };
        std::fs::create_dir(storage.folder.path().join("empty")).unwrap();
        storage.put("data/sample.png", b"\x89PNG sample");
        storage.put("data/page.html", PAGE.as_bytes());
        storage
    }

    /// Stores an object.
    pub fn put(&self, path: &str, content: &[u8]) {
        let file = self.folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }
}

struct Keys;

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match access_key {
            KEY | SESSION_KEY | READER_KEY | ABROAD_KEY => Ok(SecretKey::from(SECRET)),
            _ => Err(s3_error!(InvalidAccessKeyId)),
        }
    }
}

/// What `s3s` does not do, and Amazon does: sessions, rights and regions.
async fn answer(service: &S3Service, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let query: Vec<(String, String)> =
        url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let of = |name: &str| {
        query
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let credential = of("X-Amz-Credential").unwrap_or_default();
    let (key, scope) = credential.split_once('/').unwrap_or_default();
    let is_list = of("list-type").is_some() || request.uri().path() == "/";
    let refused = match key {
        SESSION_KEY if of("X-Amz-Security-Token") != Some(TOKEN) => Some((400, "InvalidToken", "")),
        READER_KEY if is_list => Some((403, "AccessDenied", "")),
        ABROAD_KEY if !scope.contains("/eu-west-1/") => {
            Some((400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"))
        }
        _ => None,
    };
    if let Some((status, code, more)) = refused {
        let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code>{more}</Error>");
        return Ok(Response::builder().status(status).body(Body::from(body)).unwrap());
    }
    let answered = service.call(request.map(Body::from)).await;
    Ok(answered.unwrap_or_else(|error| {
        Response::builder()
            .status(500)
            .body(Body::from(format!("{error:?}")))
            .unwrap()
    }))
}

/// An answer as a plain client gets it, which knows nothing but the address.
#[derive(Debug)]
pub struct Loaded {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// Loads an address without TLS.
pub fn load(url: &str) -> Loaded {
    send("GET", url, &[], b"")
}

fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Loaded {
    let rest = url
        .strip_prefix("http://")
        .unwrap_or_else(|| panic!("not without TLS: {url}"));
    let (host, path) = rest.split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    let more: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let (more, length) = (more.concat(), body.len());
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}content-length: {length}\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(body).unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec())
        .unwrap()
        .to_ascii_lowercase();
    let mut body = answer[end + 4..].to_vec();
    if head.contains("transfer-encoding: chunked") {
        body = unchunked(&body);
    }
    Loaded {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head,
        body,
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
}

/// Azurite, ended with the test.
#[derive(Debug)]
pub struct Azure {
    process: Child,
    /// Host with port.
    pub host: String,
}

pub const ACCOUNT: &str = "acmelab";

/// The key of the account: 64 bytes that are no secret of anybody.
pub fn account_key() -> String {
    STANDARD.encode((0..64).map(|i| i * 3 + 1).collect::<Vec<u8>>())
}

impl Drop for Azure {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Azure {
    /// Starts it with the container `data` and two blobs in it. None where the tests were told that it cannot be had.
    pub fn start() -> Option<Self> {
        let program = match std::env::var_os("CLEARANCE_AZURITE") {
            Some(text) if text == "lacking" => return None,
            Some(program) => program,
            None => panic!(
                "set CLEARANCE_AZURITE to the program `azurite-blob` of the package `azurite` from npm, or run \
                 `cargo xtask test`, which gets it"
            ),
        };
        let mut process = Command::new(program)
            .args([
                "--blobHost",
                "127.0.0.1",
                "--blobPort",
                "0",
                "--inMemoryPersistence",
                "--disableTelemetry",
            ])
            .env("AZURITE_ACCOUNTS", format!("{ACCOUNT}:{}", account_key()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, address) = line.split_once("successfully listens on http://")?;
            Some(address.trim().to_owned())
        });
        // Whoever reads nothing any more must not stop it from writing.
        std::thread::spawn(move || lines.for_each(drop));
        let azure = Self {
            process,
            host: said.expect("Azurite says where it listens"),
        };
        azure.put("data?restype=container", &[], b"");
        azure.put(
            "data/sample.png",
            &[("x-ms-blob-type", "BlockBlob")],
            b"\x89PNG blob",
        );
        let html = [("x-ms-blob-type", "BlockBlob"), ("content-type", "text/html")];
        azure.put("data/a%20b/page.html", &html, PAGE.as_bytes());
        Some(azure)
    }

    fn put(&self, path: &str, headers: &[(&str, &str)], content: &[u8]) {
        let sign = if path.contains('?') { '&' } else { '?' };
        let url = format!(
            "http://{}/{ACCOUNT}/{path}{sign}{}",
            self.host,
            shared_signature("rwdlc", "2099-01-01T00:00:00Z")
        );
        let put = send("PUT", &url, headers, content);
        assert_eq!(put.status, 201, "{path}: {}", String::from_utf8_lossy(&put.body));
    }
}

/// A shared access signature for everything in the account.
pub fn shared_signature(may: &str, end: &str) -> String {
    let to_sign = format!("{ACCOUNT}\n{may}\nb\nsco\n\n{end}\n\nhttps,http\n2021-12-02\n\n");
    let mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(account_key()).unwrap()).unwrap();
    let signature = STANDARD.encode(mac.chain_update(to_sign).finalize().into_bytes());
    let escaped: String = url::form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    format!("sv=2021-12-02&ss=b&srt=sco&sp={may}&se={end}&spr=https,http&sig={escaped}")
}
