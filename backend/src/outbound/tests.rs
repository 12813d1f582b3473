//! Where requests get to, and where they do not.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::*;

/// A host on this machine that answers every request with `answer`, and how often it was asked.
fn host(answer: &'static str) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut request = [0; 4096];
            let _ = connection.read(&mut request);
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    (port, asked)
}

fn knowing(names: Vec<(&'static str, Vec<IpAddr>)>, allowed: &[String]) -> Outbound {
    Outbound {
        names: Names::Fixed(names),
        ..Outbound::new(allowed)
    }
}

async fn get(outbound: &Outbound, url: &str) -> Result<Answer, Fault> {
    let (url, within) = (url.parse().unwrap(), Duration::from_secs(5));
    outbound.ask(Method::GET, url, None, 1000, within).await
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

#[tokio::test]
async fn attack_43_a_name_that_leads_to_a_private_address_is_not_followed() {
    let (port, asked) = host(OK);
    let here: IpAddr = Ipv4Addr::LOCALHOST.into();
    let public: IpAddr = "1.1.1.1".parse().unwrap();
    let names = vec![
        ("storage.example", vec![here]),
        ("both.example", vec![public, here]),
        ("metadata.example", vec!["169.254.169.254".parse().unwrap()]),
        ("six.example", vec!["fd00:ec2::254".parse().unwrap()]),
        ("mapped.example", vec!["::ffff:127.0.0.1".parse().unwrap()]),
        ("nat64.example", vec!["64:ff9b::7f00:1".parse().unwrap()]),
        ("6to4.example", vec!["2002:7f00:1::".parse().unwrap()]),
    ];
    let outbound = knowing(names.clone(), &[]);
    for (name, _) in &names {
        for scheme in ["http", "https"] {
            let got = get(&outbound, &format!("{scheme}://{name}:{port}/")).await;
            assert_eq!(got.unwrap_err(), Fault::Private, "{scheme} {name}");
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "somebody was asked");
    // The same name, allowed at this port and no other.
    let allowed = knowing(names, &[format!("Storage.example:{port}")]);
    let got = get(&allowed, &format!("http://storage.example:{port}/"))
        .await
        .unwrap();
    assert_eq!((got.status, got.body.as_slice()), (200, b"ok".as_slice()));
    let (elsewhere, _) = host(OK);
    let got = get(&allowed, &format!("http://storage.example:{elsewhere}/")).await;
    assert_eq!(got.unwrap_err(), Fault::Private);
}

#[tokio::test]
async fn attack_43_however_a_private_address_is_written_it_is_refused() {
    let (port, asked) = host(OK);
    let outbound = Outbound::new(&[]);
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[ff02::1]",
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "255.255.255.255",
        "224.0.0.1",
        // A name that the machine itself resolves.
        "localhost",
        "LOCALHOST",
        "１２７.0.0.1",
        "①②⑦.⓪.⓪.①",
    ] {
        let got = get(&outbound, &format!("http://{host}:{port}/")).await;
        assert_eq!(got.unwrap_err(), Fault::Private, "{host}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "somebody was asked");
}

#[tokio::test]
async fn attack_43_no_answer_leads_elsewhere() {
    let (inner, asked) = host(OK);
    let moved =
        format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{inner}/\r\ncontent-length: 0\r\n\r\n");
    let (outer, _) = host(Box::leak(moved.into_boxed_str()));
    let both = [format!("127.0.0.1:{outer}"), format!("127.0.0.1:{inner}")];
    let got = get(&Outbound::new(&both), &format!("http://127.0.0.1:{outer}/"))
        .await
        .unwrap();
    assert_eq!(got.status, 302);
    assert_eq!(asked.load(Ordering::SeqCst), 0, "the redirect was followed");
}

#[tokio::test]
async fn an_answer_is_read_as_far_as_it_was_asked_for() {
    let endless = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n{}",
        "x".repeat(100_000)
    );
    let (port, _) = host(Box::leak(endless.into_boxed_str()));
    let outbound = Outbound::new(&[format!("127.0.0.1:{port}")]);
    let got = get(&outbound, &format!("http://127.0.0.1:{port}/"))
        .await
        .unwrap();
    assert_eq!(got.body.len(), 1000);
}

#[tokio::test]
async fn why_there_is_no_answer_is_told_apart() {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let (plain, _) = host(OK);
    let (garbled, _) = host("SSH-2.0-OpenSSH\r\n");
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mute = silent.local_addr().unwrap().port();
    let all = [closed, plain, garbled, mute].map(|port| format!("127.0.0.1:{port}"));
    let outbound = knowing(Vec::new(), &all);
    let fault = async |url: String| get(&outbound, &url).await.unwrap_err();
    assert_eq!(
        fault(format!("http://127.0.0.1:{closed}/")).await,
        Fault::Unreachable
    );
    assert_eq!(fault(format!("https://127.0.0.1:{plain}/")).await, Fault::Tls);
    assert_eq!(
        fault(format!("http://127.0.0.1:{garbled}/")).await,
        Fault::Unreadable
    );
    assert_eq!(
        fault("https://nobody.example/".to_owned()).await,
        Fault::NoSuchName
    );
    let within = Duration::from_millis(200);
    let url = format!("http://127.0.0.1:{mute}/").parse().unwrap();
    let late = outbound.ask(Method::GET, url, None, 10, within).await;
    assert_eq!(late.unwrap_err(), Fault::TimedOut);
}

#[tokio::test]
async fn what_is_passed_on_ends_where_it_gets_too_long() {
    let (port, _) = host(OK);
    let outbound = Outbound::new(&[format!("127.0.0.1:{port}")]);
    let url: Url = format!("http://127.0.0.1:{port}/").parse().unwrap();
    let (_, whole) = outbound.open(url.clone(), 2).await.unwrap();
    assert_eq!(whole.try_collect::<Vec<_>>().await.unwrap().concat(), b"ok");
    let (_, longer) = outbound.open(url, 1).await.unwrap();
    assert_eq!(
        longer.try_collect::<Vec<_>>().await.unwrap_err(),
        Fault::Unreadable
    );
}

#[tokio::test]
async fn who_asks_too_much_at_a_time_is_told_to_come_back() {
    let (port, asked) = host(OK);
    let outbound = Outbound {
        questions: Arc::new(Semaphore::new(0)),
        passed_on: Arc::new(Semaphore::new(0)),
        ..Outbound::new(&[format!("127.0.0.1:{port}")])
    };
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(get(&outbound, &url).await.unwrap_err(), Fault::Busy);
    assert_eq!(
        outbound
            .open(url.parse().unwrap(), 1)
            .await
            .map(|_| ())
            .unwrap_err(),
        Fault::Busy
    );
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}
