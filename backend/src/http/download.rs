//! Answers that are a file to save. What is in it is read and written in pieces, off the thread that serves requests: no
//! more than one piece is in memory, and between two pieces no database connection is held.

use std::sync::Arc;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{self, DispositionParam, DispositionType},
    web,
};
use db::Conn;
use futures_util::{StreamExt as _, stream};
use shared::contract::{Download, Endpoint};

use super::{
    ctx::Ctx,
    mount::Mount,
    pieces::{InPieces, Pieces, serve_pieces},
};
use crate::{access::Admit, error::AppError};

/// The longest name of a file, without its ending.
const LONGEST_STEM: usize = 100;

/// A file to answer with. [`Ctx::attach`] makes it.
pub struct Attachment {
    name: String,
    media: &'static str,
    content: Pieces,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.media)
    }
}

/// One piece of a file, and the place where the next begins; none after the last.
#[derive(Debug)]
pub struct Piece<P> {
    /// What to send.
    pub bytes: Vec<u8>,
    /// Where to go on.
    pub next: Option<P>,
}

/// A file's name in letters that mean nothing to any system: `stem.ending`.
#[must_use]
pub fn file_name(stem: &str, ending: &'static str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let stem: String = stem
        .chars()
        .take(LONGEST_STEM)
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    format!("{stem}.{ending}")
}

impl<E: Endpoint<Reply = Download>> Ctx<E>
where
    E::Caller: Admit,
{
    /// A file called `name` whose pieces `produce` makes one after the other, the first from the place `first`. Each
    /// piece gets a connection of its own; it must be bounded, whatever there is to tell.
    pub fn attach<P: Send + 'static>(
        self,
        name: String,
        media: &'static str,
        first: P,
        produce: impl Fn(&mut Conn, &<E::Caller as Admit>::Reach, P) -> Result<Piece<P>, AppError>
        + Send
        + Sync
        + 'static,
    ) -> Attachment {
        let produce = Arc::new(produce);
        let content = stream::try_unfold((self, Some(first)), move |(ctx, place)| {
            let produce = Arc::clone(&produce);
            async move {
                let Some(place) = place else {
                    return Ok(None);
                };
                let piece = ctx.read(move |conn, reach| produce(conn, reach, place)).await?;
                Ok(Some((web::Bytes::from(piece.bytes), (ctx, piece.next))))
            }
        });
        Attachment {
            name,
            media,
            content: content.boxed_local(),
        }
    }
}

/// Mounts a REST endpoint that answers with a file of one of the types `media`.
pub fn serve_download<E, F, Fut>(_: E, media: &'static [&'static str], handler: F) -> Mount
where
    E: Endpoint<Reply = Download>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut + 'static,
    Fut: Future<Output = Result<Attachment, AppError>> + 'static,
{
    let mut mount = serve_pieces::<E, _, _, _>(media, handler);
    mount.is_file = true;
    mount
}

impl InPieces for Attachment {
    fn begun(&self) -> HttpResponseBuilder {
        let disposition = header::ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(self.name.clone())],
        };
        let mut answer = HttpResponse::Ok();
        answer.content_type(self.media).insert_header(disposition);
        answer
    }

    fn pieces(self) -> Pieces {
        self.content
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_holds_no_letter_that_means_anything() {
        assert_eq!(file_name("audit-2026-03-02", "csv"), "audit-2026-03-02.csv");
        for bad in [
            "../../etc/passwd",
            "a\"; filename=x.exe",
            "a\r\nset-cookie: x",
            "é",
            "a/b\\c:d",
            "\u{202e}vsc",
        ] {
            let name = file_name(bad, "csv");
            let stem = name.strip_suffix(".csv").unwrap();
            assert!(
                stem.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')),
                "{name}"
            );
        }
        assert_eq!(file_name(&"x".repeat(500), "json").len(), 105);
    }
}
