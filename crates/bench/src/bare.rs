//! The peer that Clearance is compared with: an actix server that does nothing but give one reply back, whatever it is
//! asked. This program starts itself a second time as that server.

use std::{fs, net::SocketAddr, path::Path};

use actix_web::{
    App, HttpResponse, HttpServer,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    rt,
    web::{self, Bytes},
};
use anyhow::{Context, Result};

use crate::wire::Reply;

/// Headers that every actix server writes itself.
const WRITTEN_BY_ACTIX: [&str; 2] = ["content-length", "date"];

/// What to answer, made once at the start.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Answer {
    /// The reply as it was received, or its body alone.
    fn of(reply: &Reply, body_alone: bool) -> Result<Self> {
        let kept = |name: &str| {
            if body_alone {
                name == "content-type"
            } else {
                !WRITTEN_BY_ACTIX.contains(&name)
            }
        };
        let headers: Result<Vec<_>> = reply
            .headers()
            .into_iter()
            .filter(|(name, _)| kept(name))
            .map(|(name, value)| Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?)))
            .collect();
        Ok(Self {
            status: StatusCode::from_u16(reply.status()?)?,
            headers: headers?,
            body: Bytes::copy_from_slice(reply.body()),
        })
    }

    fn give(&self) -> HttpResponse {
        let mut built = HttpResponse::build(self.status);
        for (name, value) in &self.headers {
            built.insert_header((name.clone(), value.clone()));
        }
        built.body(self.body.clone())
    }
}

/// Answers every request at `listen` with the reply in the file, until the process is ended.
pub fn serve(reply: &Path, listen: SocketAddr, body_alone: bool) -> Result<()> {
    let bytes = fs::read(reply).context("could not read the reply to give")?;
    let reply = Reply::parse(&bytes)?.context("the reply to give is not whole")?;
    let answer = web::Data::new(Answer::of(&reply, body_alone)?);
    rt::System::new()
        .block_on(async move {
            HttpServer::new(move || {
                App::new()
                    .app_data(answer.clone())
                    .default_service(web::to(|answer: web::Data<Answer>| async move { answer.give() }))
            })
            .bind(listen)?
            .run()
            .await
        })
        .context("the bare server ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply() -> Reply {
        let bytes = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\ndate: now\r\nx-a: 1\r\ncontent-type: text/x\r\n\r\nok";
        Reply::parse(bytes).unwrap().unwrap()
    }

    #[test]
    fn status_headers_and_body_are_given_back_without_what_actix_writes_itself() {
        let given = Answer::of(&reply(), false).unwrap().give();
        assert_eq!(given.status(), 201);
        let mut names: Vec<_> = given.headers().iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-type", "x-a"]);
    }

    #[test]
    fn the_body_alone_has_only_its_type() {
        let answer = Answer::of(&reply(), true).unwrap();
        assert_eq!(answer.headers.len(), 1);
        assert_eq!(answer.body.as_ref(), b"ok");
    }
}
